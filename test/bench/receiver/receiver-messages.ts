export type ReceiverOrder =
  /** Opens a port for each endpoint. The last `blackholes` of them can be told not to answer, and are never counted. */
  | { kind: 'listen'; endpoints: number; blackholes: number }
  /** From now on black holes take requests and say nothing. */
  | { kind: 'swallow' }
  /** Writes what has arrived so far into a file (see ledger-file.ts). */
  | { kind: 'write'; file: string };

export type ReceiverReport =
  | { kind: 'listening'; ports: number[] }
  | { kind: 'done' }
  | { kind: 'written'; unsigned: number }
  /** Arrivals so far, repeated ones included. */
  | { kind: 'received'; count: number };
