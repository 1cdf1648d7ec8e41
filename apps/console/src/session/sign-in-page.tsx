import { Paper, Text, Title } from '@mantine/core';
import { Logo } from '../theme/logo.js';
import { KeyForm } from './key-form.js';
import classes from './sign-in-page.module.css';

export function SignInPage({ reason }: { reason: string | null }) {
  return (
    <main className={classes.page}>
      <Paper className={classes.card} withBorder shadow="sm" radius="md">
        <div className={classes.brand}>
          <Logo size={36} />
          <div>
            <Title order={1} size="h3">
              Posthorn
            </Title>
            <Text size="sm" c="dimmed">
              Support desk
            </Text>
          </div>
        </div>
        {reason !== null && (
          <Text size="sm" mb="md">
            {reason}
          </Text>
        )}
        <KeyForm label="Sign in" />
        <Text size="xs" c="dimmed" mt="lg">
          Use an API key with the role admin, support or tenant. Keys are made with{' '}
          <code>npx posthorn keys create</code> or by an admin on the page API keys.
        </Text>
      </Paper>
    </main>
  );
}
