import { type Entry, readLedger } from '../ledger-file.js';

/** One delivery's first arrival. */
export interface Arrival {
  atMs: number;
  endpoint: number;
  /** The publish, or the replay, that it came from. */
  cause: Entry;
}

export interface Ledgers {
  /** Accepted publishes of one event and accepted replays, in the order of their answers. */
  accepted: readonly Entry[];
  arrivals: readonly Arrival[];
  /** Accepted deliveries that never arrived. */
  lost: number;
  /** Arrivals of a (webhook-id, endpoint) beyond the first. A replay is another delivery than its original. */
  duplicates: number;
  /** Arrivals that nobody was told had been accepted. */
  unknown: number;
}

interface Account {
  cause: Entry;
  /** Endpoints at which it has arrived; most have one. */
  endpoints: number[];
}

/** Compares what was accepted with what arrived. */
export function compareLedgers(
  publisherFile: string,
  receiverFile: string,
  isReplayTag: (tag: number) => boolean,
): Ledgers {
  const accounts = { events: new Map<string, Account>(), replays: new Map<string, Account>() };
  const accepted = [...readLedger(publisherFile)];
  for (const cause of accepted) {
    const kind = isReplayTag(cause.tag) ? accounts.replays : accounts.events;
    kind.set(cause.webhookId, { cause, endpoints: [] });
  }
  const arrivals: Arrival[] = [];
  let duplicates = 0;
  let unknown = 0;
  for (const { webhookId, tag, number: endpoint, atMs } of readLedger(receiverFile)) {
    const account = (tag === 1 ? accounts.replays : accounts.events).get(webhookId);
    if (account === undefined) unknown += 1;
    else if (account.endpoints.includes(endpoint)) duplicates += 1;
    else {
      account.endpoints.push(endpoint);
      arrivals.push({ atMs, endpoint, cause: account.cause });
    }
  }
  const expected = accepted.reduce((sum, { number }) => sum + number, 0);
  return { accepted, arrivals, lost: expected - arrivals.length, duplicates, unknown };
}
