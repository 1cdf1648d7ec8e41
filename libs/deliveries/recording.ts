import { type Executor, plainArray, secondsArray, textArray } from '#database';
import type { Uuid } from '#kernel';
import { RECORD_ATTEMPTS } from './record-statement.js';

/** One attempt that was made, and what it means for its delivery. */
export interface AttemptRecord {
  readonly deliveryId: Uuid;
  /** The lease that it was made under. */
  readonly generation: number;
  /** 1 for the first. */
  readonly number: number;
  readonly endpointVersion: number;
  readonly trigger: 'schedule' | 'replay' | 'test';
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
  readonly error: string | null;
  readonly remoteAddress: string | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly signature: string;
  /** A JSON object as text. */
  readonly responseHeaders: string | null;
  readonly responseBody: string | null;
  readonly truncated: boolean;
  readonly next: NextStep;
}

export type NextStep =
  | { readonly to: 'succeeded' }
  | { readonly to: 'retry'; readonly dueAtMs: number }
  | { readonly to: 'dead'; readonly reason: string; readonly deadLetterId: Uuid };

/**
 * Writes a group of attempts and moves their deliveries on, in one statement. Answers how many rows moved: fewer than
 * attempts when a lease was lost or a delivery was cancelled in flight.
 */
export async function recordAttempts(db: Executor, records: readonly AttemptRecord[]): Promise<number> {
  // Everybody locks in the same order.
  const sorted = records.toSorted((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
  const column = <T>(of: (record: AttemptRecord) => T): T[] => sorted.map(of);
  const [counts] = await db.query<{ ended: number; goingOn: number }>(RECORD_ATTEMPTS, [
    plainArray(column((r) => r.deliveryId)),
    plainArray(column((r) => r.number)),
    plainArray(column((r) => r.generation)),
    plainArray(column((r) => r.endpointVersion)),
    secondsArray(column((r) => r.startedAtMs)),
    plainArray(column((r) => Math.round(r.durationMs))),
    plainArray(column((r) => r.statusCode)),
    plainArray(column((r) => r.dnsMs)),
    plainArray(column((r) => r.connectMs)),
    plainArray(column((r) => r.tlsMs)),
    plainArray(column((r) => r.firstByteMs)),
    plainArray(column((r) => r.truncated)),
    plainArray(column((r) => r.trigger)),
    plainArray(column((r) => r.errorCode)),
    textArray(column((r) => r.error)),
    plainArray(column((r) => r.remoteAddress)),
    textArray(column((r) => r.signature)),
    textArray(column((r) => r.responseHeaders)),
    textArray(column((r) => r.responseBody)),
    plainArray(column((r) => r.next.to)),
    secondsArray(column((r) => (r.next.to === 'retry' ? r.next.dueAtMs : null))),
    plainArray(column((r) => (r.next.to === 'dead' ? r.next.reason : null))),
    plainArray(column((r) => (r.next.to === 'dead' ? r.next.deadLetterId : null))),
  ]);
  return counts!.ended + counts!.goingOn;
}
