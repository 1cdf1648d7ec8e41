import { IconSend } from '@tabler/icons-react';
import { usePagedList } from '../api/page.js';
import { Button } from '@mantine/core';
import { Section } from '../ui/page.js';
import { ErrorNote, Loading, Nothing } from '../ui/states.js';
import { AttemptCard } from './attempt-card.js';
import type { Attempt, Delivery } from './delivery.js';

/** The attempts of a delivery, the newest first and open to the eye. */
export function AttemptList({ delivery }: { delivery: Delivery }) {
  // A further attempt or another state is another question, so that an open delivery's attempts follow it.
  const key = ['deliveries', delivery.id, 'attempts', delivery.attemptCount, delivery.status];
  const list = usePagedList<Attempt>(key, `/v1/deliveries/${delivery.id}/attempts`, { include: 'data', limit: 20 });
  const longestMs = Math.max(1, ...list.rows.map(({ durationMs }) => durationMs));
  return (
    <Section title="Attempts" note="Newest first" isFlush>
      {list.isLoading && <Loading rows={3} />}
      {list.error !== null && <ErrorNote error={list.error} retry={() => list.reload()} />}
      {!list.isLoading && list.error === null && list.rows.length === 0 && (
        <Nothing icon={IconSend} title="Nothing was sent yet" />
      )}
      {list.rows.map((attempt, index) => (
        <AttemptCard
          key={attempt.id}
          attempt={attempt}
          longestMs={longestMs}
          isFirstShown={index === 0}
          earlier={list.rows[index + 1]}
        />
      ))}
      {list.hasMore && (
        <Button variant="subtle" size="xs" m="sm" loading={list.isLoadingMore} onClick={() => list.loadMore()}>
          Earlier attempts
        </Button>
      )}
    </Section>
  );
}
