import {
  boolColumn,
  type Executor,
  intColumn,
  isUniqueViolation,
  realColumn,
  type Statement,
  textColumn,
  timeColumn,
  uuidColumn,
} from '#database';
import type { Uuid } from '#kernel';
import { RECORD_ATTEMPTS, RECORD_ATTEMPTS_AGAIN } from './record-statement.js';

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
  const values = toColumns(records);
  try {
    return await record(db, RECORD_ATTEMPTS, values);
  } catch (error) {
    if (!isUniqueViolation(error, 'attempts')) throw error;
    return record(db, RECORD_ATTEMPTS_AGAIN, values);
  }
}

async function record(db: Executor, statement: Statement, values: readonly Buffer[]): Promise<number> {
  const [moved] = await db.query<{ ended: number; goingOn: number }>(statement, values);
  return moved!.ended + moved!.goingOn;
}

type Retry = AttemptRecord & { readonly next: { readonly to: 'retry' } };

const goesOn = (record: AttemptRecord): record is Retry => record.next.to === 'retry';

/** The usual is left out: see the statement. */
const unlessOne = (value: number): number | null => (value === 1 ? null : value);

function toColumns(records: readonly AttemptRecord[]): Buffer[] {
  // Everybody locks in the same order.
  const all = records.toSorted((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
  const retried = all.filter(goesOn);
  const ended = retried.length === 0 ? all : all.filter((record) => !goesOn(record));
  return [
    uuidColumn(all, (r) => r.deliveryId),
    intColumn(all, (r) => unlessOne(r.number)),
    intColumn(all, (r) => unlessOne(r.generation)),
    intColumn(all, (r) => r.endpointVersion),
    timeColumn(all, (r) => r.startedAtMs),
    intColumn(all, (r) => Math.round(r.durationMs)),
    intColumn(all, (r) => r.statusCode),
    realColumn(all, (r) => r.dnsMs),
    realColumn(all, (r) => r.connectMs),
    realColumn(all, (r) => r.tlsMs),
    realColumn(all, (r) => r.firstByteMs),
    boolColumn(all, (r) => r.truncated || null),
    textColumn(all, (r) => (r.trigger === 'schedule' ? null : r.trigger)),
    textColumn(all, (r) => r.errorCode),
    textColumn(all, (r) => r.error),
    textColumn(all, (r) => r.remoteAddress),
    textColumn(all, (r) => r.signature),
    textColumn(all, (r) => r.responseHeaders),
    textColumn(all, (r) => r.responseBody),

    uuidColumn(ended, (r) => r.deliveryId),
    intColumn(ended, (r) => unlessOne(r.generation)),
    intColumn(ended, (r) => unlessOne(r.number)),
    intColumn(ended, (r) => r.statusCode),
    textColumn(ended, (r) => r.errorCode),
    textColumn(ended, (r) => (r.next.to === 'dead' ? r.next.reason : null)),
    uuidColumn(ended, (r) => (r.next.to === 'dead' ? r.next.deadLetterId : null)),

    uuidColumn(retried, (r) => r.deliveryId),
    intColumn(retried, (r) => unlessOne(r.generation)),
    intColumn(retried, (r) => unlessOne(r.number)),
    intColumn(retried, (r) => r.statusCode),
    textColumn(retried, (r) => r.errorCode),
    timeColumn(retried, (r) => r.next.dueAtMs),
  ];
}
