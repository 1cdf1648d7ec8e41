import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from './client.js';
import { readServerSentEvents } from './server-sent-events.js';

const COME_AGAIN_MS = 3_000;
/** What changes many times a second is asked for this often at most. */
const AT_MOST_EVERY_MS = 2_000;

/** Keys of what a delivery's change may have changed. */
const TOUCHED = [['deliveries'], ['events'], ['dead-letters'], ['overview'], ['replays']];

/** Asks again for what is on the screen when the API tells that something has changed. */
export function useLiveUpdates(isAllowed: boolean): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!isAllowed) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        for (const queryKey of TOUCHED) void queryClient.invalidateQueries({ queryKey });
      }, AT_MOST_EVERY_MS);
    };
    void follow(abort.signal, refresh);
    return () => {
      abort.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, [isAllowed, queryClient]);
}

async function follow(signal: AbortSignal, changed: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      const { body } = await api.open('/v1/live', { signal });
      for await (const { event } of readServerSentEvents(body!)) if (event !== 'hello') changed();
    } catch {
      // Away, ended or refused: the banner or the next call tells it; here only to come again.
    }
    await new Promise((resolve) => setTimeout(resolve, COME_AGAIN_MS));
  }
}
