/** Events of one kind: all go to one tenant under one type. */
export interface Stream {
  tenant: string;
  type: string;
  /** Endpoints that each event is delivered to. */
  deliveries: number;
  /** False for what goes to black holes: it is published, and neither waited for nor in any ledger. */
  isCounted: boolean;
}

export type Load =
  /** Publishes as fast as it can while no more than `maxOutstanding` deliveries are published and not received. */
  | { kind: 'closed'; streams: Stream[]; batch: number; connections: number; maxOutstanding: number }
  /** Single events at a steady rate, whatever becomes of them. */
  | { kind: 'paced'; streams: Stream[]; perSecond: number }
  /** So many events as fast as they are taken. */
  | { kind: 'flood'; streams: Stream[]; batch: number; connections: number; events: number }
  /** POSTs each path once, with a key that may; each brings a replay of the event named beside it. */
  | { kind: 'replays'; key: string; replays: Replay[]; connections: number };

export interface Replay {
  path: string;
  webhookId: string;
}

export type PublisherOrder =
  | { kind: 'connect'; url: string; key: string }
  /** Starts a load. What it gets accepted stands in the ledger under its tag. */
  | { kind: 'start'; tag: number; load: Load }
  /** Ends a load; reported when its last publish is answered. */
  | { kind: 'stop'; tag: number }
  /** Arrivals so far, as the receiver counts them. */
  | { kind: 'received'; count: number }
  /** Writes what was accepted so far into a file (see ledger-file.ts). */
  | { kind: 'write'; file: string };

export type PublisherReport =
  | { kind: 'ended'; tag: number }
  | { kind: 'written' }
  /** Counted deliveries accepted so far. */
  | { kind: 'accepted'; deliveries: number };
