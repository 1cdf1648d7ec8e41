import { Button, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.js';
import { AttemptCard } from '../deliveries/attempt-card.js';
import type { Attempt } from '../deliveries/delivery.js';
import { useAction } from '../ui/action.js';
import { Section } from '../ui/page.js';
import { ErrorNote } from '../ui/states.js';
import { type Endpoint, endpointPath } from './endpoint.js';

/** Sends a real signed request now, and shows what came of it. */
export function TestSection({ endpoint }: { endpoint: Endpoint }) {
  const [attempts, setAttempts] = useState<readonly Attempt[]>([]);
  const test = useAction(() => api.post<Attempt>(`${endpointPath(endpoint.tenant, endpoint.id)}/test`), {
    after: (attempt) => setAttempts((before) => [attempt, ...before]),
    isErrorShown: true,
  });
  const longestMs = Math.max(1, ...attempts.map(({ durationMs }) => durationMs));
  return (
    <Section
      title="Test event"
      isFlush
      actions={
        <Button size="xs" leftSection={<IconSend size={15} />} loading={test.isBusy} onClick={() => test.go()}>
          Send test event
        </Button>
      }
    >
      {test.error !== null && <ErrorNote error={test.error} />}
      {attempts.length === 0 && test.error === null && (
        <Text size="sm" c="dimmed" p="md">
          Sends one real, signed request to this endpoint, and shows what it answers. It counts for nothing else.
        </Text>
      )}
      <div aria-live="polite">
        {attempts.map((attempt, index) => (
          <AttemptCard key={attempt.id} attempt={attempt} longestMs={longestMs} isFirstShown={index === 0} />
        ))}
      </div>
    </Section>
  );
}
