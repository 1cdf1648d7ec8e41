import { setTimeout as sleep } from 'node:timers/promises';

/** What a driver error carries, as far as we look at it. `code` is a SQLSTATE, or a socket error such as ECONNRESET. */
interface DriverError extends Error {
  code?: string;
  routine?: string;
  constraint?: string;
}

const sqlState = (error: unknown): string => (error instanceof Error && (error as DriverError).code) || '';

/** Someone else got there first: the constraint's name is in `error.constraint`. SQLSTATE 23505. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    sqlState(error) === '23505' && (!constraint || (error as DriverError).constraint?.includes(constraint) === true)
  );
}

/** A row for a day that has no partition yet. PostgreSQL reports it as a check violation, told apart by its origin. */
export function isMissingPartition(error: unknown): boolean {
  return sqlState(error) === '23514' && (error as DriverError).routine === 'ExecFindPartition';
}

/** The fault of some row's content (SQLSTATE classes 22 and 23, and values over a limit), not of its neighbours. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return (state.startsWith('22') || state.startsWith('23') || state.startsWith('54')) && !isMissingPartition(error);
}

/** Rolled back by the database for the sake of others, certainly not written: deadlock or serialisation failure. */
export function isRolledBack(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/** Somebody held a lock for longer than we were to wait for it: SQLSTATE 55P03. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/**
 * SQLSTATEs of a server that cannot work now but will again: connection (08), out of connections, memory or disk (53),
 * stopping or starting (57P), system and I/O (58), a standby that used to be the primary (25006), no such user or
 * database, as while it is being restored (28, 3D).
 */
const AWAY_STATE = /^(08|53|57P|58|25006|28|3D)/;
const AWAY_SOCKET = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENET|EADDRNOTAVAIL)/;
/** What node-postgres and its pool say without a code. */
const AWAY_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/;

/** The database is away, starting, stopping or out of means. What was under way may or may not have been written. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  return (
    AWAY_STATE.test(state) || AWAY_SOCKET.test(state) || (error instanceof Error && AWAY_MESSAGE.test(error.message))
  );
}

/** Whether the same statement may well succeed when it is tried again. */
export function isTransient(error: unknown): boolean {
  return isRolledBack(error) || isConnectionLost(error) || sqlState(error) === '57014' || isLockTimeout(error);
}

/** Tries `work` again after transient errors, with growing waits, `tries` times in all. */
export async function withRetries<T>(tries: number, work: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (++failures >= tries || !isTransient(error)) throw error;
      await sleep(Math.min(1_000, 20 * 2 ** failures));
    }
  }
}
