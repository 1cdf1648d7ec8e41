import type { Delivery } from './api-client.js';

/** One delivery, as the table shows it. */
export interface Row {
  readonly id: string;
  readonly type: string;
  readonly isReplay: boolean;
  readonly endpoint: string;
  readonly status: Delivery['status'];
  readonly waitingFor: string | null;
  readonly attempts: number;
  /** A status code, the name of what went wrong, or empty before the first attempt has ended. */
  readonly lastAnswer: string;
  /** Null until a request has reached the receiver. */
  readonly isVerified: boolean | null;
}

export function typeIn(row: Row): string {
  return row.isReplay ? `${row.type} (replay)` : row.type;
}

export function statusIn(row: Row): string {
  return row.waitingFor === null ? row.status : `${row.status}: ${row.waitingFor}`;
}
