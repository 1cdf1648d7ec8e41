/**
 * How an endpoint answers: `steady` 200 at once; `slow` 200 after a while; `shaky` 500 now and then; `hopeless` 500
 * always.
 */
export type Temper = 'steady' | 'slow' | 'shaky' | 'hopeless';

/** A request that came; times are of `monotonicMs`. */
export interface Request {
  webhookId: string;
  deliveryId: string;
  attempt: number;
  endpoint: number;
  isSigned: boolean;
  arrivedMs: number;
  status: number;
  /** Null: the connection was gone before the answer was written. */
  answeredMs: number | null;
}

export type ReceiverOrder =
  | { kind: 'listen'; tempers: Temper[]; seed: number }
  /** From now on every endpoint answers 200 at once. */
  | { kind: 'mend' }
  /** Writes every request so far into a file, one JSON array. */
  | { kind: 'write'; file: string };

export type ReceiverReport =
  | { kind: 'listening'; ports: number[] }
  | { kind: 'mended' }
  | { kind: 'written' }
  | { kind: 'received'; requests: number };
