/**
 * What a job carries: a JSON object that this room does not look into. Strings arrive exactly as they were given, NUL
 * characters and lone surrogates included; numbers are JavaScript's, so an event's payload travels as text.
 */
export type JobPayload = Readonly<Record<string, unknown>>;

/** A job on its way to the queue. */
export interface RankedJob {
  readonly payload: JobPayload;
  /** Those of rank 0 are taken first, in their order; then those of rank 1, and so on. */
  readonly rank: number;
}

export interface ReceivedJob {
  payload: JobPayload;
  /** Epoch milliseconds by the producer's `now`, the moment before the job was handed to the queue. */
  addedAtMs?: number;
}

/**
 * On PostgreSQL job data is `jsonb`, which refuses `\u0000` and lone surrogates and re-orders keys. So there the payload
 * is one string of JSON inside it, in which every backslash is escaped once more and nothing is left to refuse.
 */
export function toJsonbSafe(payload: JobPayload): { json: string } {
  return { json: JSON.stringify(payload) };
}

export function fromJsonbSafe(data: { json: string }): JobPayload {
  return JSON.parse(data.json) as JobPayload;
}
