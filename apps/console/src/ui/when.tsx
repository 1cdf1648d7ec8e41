import { Text, Tooltip } from '@mantine/core';
import { useNow } from './now.js';
import { toAgo, toMoment } from './time.js';

/** A moment: how long ago, and exactly when on hover. A dash when there is none. */
export function When({ at, fallback = '–' }: { at: string | null | undefined; fallback?: string }) {
  const now = useNow();
  if (!at)
    return (
      <Text span inherit c="dimmed">
        {fallback}
      </Text>
    );
  return (
    <Tooltip label={`${toMoment(at, { withMs: true })} · ${new Date(at).toISOString()}`}>
      <time dateTime={at}>{toAgo(at, now)}</time>
    </Tooltip>
  );
}

/** A moment to come; one that has passed is due, and nobody can say since when it is not done. */
export function Coming({ at }: { at: string }) {
  const isDue = Date.parse(at) <= useNow();
  return isDue ? <>now</> : <When at={at} />;
}

/** A moment, written out. */
export function Moment({ at, withMs = false }: { at: string | null | undefined; withMs?: boolean }) {
  if (!at)
    return (
      <Text span inherit c="dimmed">
        –
      </Text>
    );
  return (
    <time dateTime={at} title={at}>
      {toMoment(at, { withMs })}
    </time>
  );
}
