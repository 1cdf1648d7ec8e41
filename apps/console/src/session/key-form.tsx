import { Alert, Button, Checkbox, PasswordInput, Stack } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { ApiProblem } from '../api/problem.js';
import { signIn } from './session.js';

/** Asks for an API key, to sign in or to sign in again. */
export function KeyForm({ label }: { label: string }) {
  const [key, setKey] = useState('');
  const [isKept, setIsKept] = useState(true);
  const [isBusy, setIsBusy] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIsBusy(true);
    setComplaint(null);
    signIn(key.trim(), isKept)
      .catch((error: unknown) => setComplaint(toWords(error)))
      .finally(() => setIsBusy(false));
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <PasswordInput
          label="API key"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="current-password"
          autoFocus
          data-autofocus
          required
          withAsterisk={false}
        />
        <Checkbox
          label="Stay signed in on this browser"
          description="In a cookie that no script can read. Otherwise the key stays in this tab’s memory only."
          checked={isKept}
          onChange={(event) => setIsKept(event.currentTarget.checked)}
        />
        {complaint !== null && (
          <Alert color="red" icon={<IconAlertCircle />} role="alert">
            {complaint}
          </Alert>
        )}
        <Button type="submit" loading={isBusy} disabled={key.trim() === ''} fullWidth>
          {label}
        </Button>
      </Stack>
    </form>
  );
}

function toWords(error: unknown): string {
  if (error instanceof ApiProblem && error.status === 401) return 'This key is unknown, revoked or expired.';
  return error instanceof Error ? error.message : String(error);
}
