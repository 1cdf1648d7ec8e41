import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, type TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiAway, ApiProblem } from '../api/problem.js';
import classes from './states.module.css';

/** What is shown while the first answer is awaited. */
export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap={10} p="md" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

interface NothingProps {
  readonly icon: TablerIcon;
  readonly title: string;
  /** It is all that the page has. */
  readonly isPage?: boolean;
  readonly children?: ReactNode;
}

/** Why there is nothing, and what can be done about it. */
export function Nothing({ icon: Icon, title, isPage = false, children }: NothingProps) {
  return (
    <div className={classes.nothing}>
      <Icon size={28} stroke={1.4} aria-hidden />
      <Text fw={600} {...(isPage ? { component: 'h1' as const } : {})}>
        {title}
      </Text>
      {children !== undefined && (
        <Text size="sm" c="dimmed" component="div">
          {children}
        </Text>
      )}
    </div>
  );
}

/** An error in words, with the id to find it in the log by. */
export function ErrorNote({ error, retry }: { error: Error; retry?: () => void }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={toTitle(error)} role="alert" m="sm">
      <Text size="sm">{error.message}</Text>
      {error instanceof ApiProblem && error.problem.requestId !== undefined && (
        <Text size="xs" c="dimmed" mt={4}>
          Request <code>{error.problem.requestId}</code>
        </Text>
      )}
      {retry !== undefined && (
        <Button size="xs" variant="default" mt="sm" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

function toTitle(error: Error): string {
  if (error instanceof ApiAway) return 'The API is away';
  if (!(error instanceof ApiProblem)) return 'Something went wrong in this page';
  if (error.status === 404) return 'There is no such thing';
  if (error.status === 403) return 'Your role may not see this';
  return error.problem.title;
}
