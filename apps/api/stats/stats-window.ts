import { type FieldError } from '#kernel';
import { BUCKET_MS, type Bucket, BUCKETS, KEPT_MS } from '#stats';
import { refusal } from '../http/validation.pipe.js';

/** Buckets that one answer holds, at most. */
export const MOST_BUCKETS = 1_500;

/** What is shown when nobody says since when. */
const DEFAULT_SPAN_MS: Readonly<Record<Bucket, number>> = {
  minute: 3_600_000,
  hour: 86_400_000,
  day: 30 * 86_400_000,
};

/** The finest bucket for spans up to this long, when nobody says which. */
const FINEST_UP_TO_MS: Readonly<Record<Bucket, number>> = {
  minute: 3 * 3_600_000,
  hour: 14 * 86_400_000,
  day: Number.POSITIVE_INFINITY,
};

export interface StatsWindow {
  readonly bucket: Bucket;
  /** The start of the first bucket. */
  readonly sinceMs: number;
  /** The end of the last one, which may not be over yet. */
  readonly untilMs: number;
}

interface Asked {
  readonly bucket?: Bucket;
  readonly since?: Date;
  readonly until?: Date;
}

/** Which buckets are meant: whole ones, so that each count is complete. Refuses what is not kept, or too much. Pure. */
export function decideWindow({ bucket: asked, since, until }: Asked, nowMs: number): StatsWindow {
  const endMs = Math.min(until?.getTime() ?? nowMs, nowMs);
  const startMs = since?.getTime() ?? endMs - DEFAULT_SPAN_MS[asked ?? 'minute'];
  if (startMs >= endMs) throw refuse('?since', 'must lie before until');
  const bucket = asked ?? finestFor(startMs, endMs, nowMs);
  const sizeMs = BUCKET_MS[bucket];
  const sinceMs = Math.floor(startMs / sizeMs) * sizeMs;
  const untilMs = Math.ceil(endMs / sizeMs) * sizeMs;
  if (sinceMs < nowMs - KEPT_MS[bucket] - sizeMs) throw refuse('?since', tellKept(bucket));
  if ((untilMs - sinceMs) / sizeMs > MOST_BUCKETS) {
    throw refuse('?bucket', `would make more than ${MOST_BUCKETS} buckets of that time; take a longer one`);
  }
  return { bucket, sinceMs, untilMs };
}

function finestFor(startMs: number, endMs: number, nowMs: number): Bucket {
  const fits = (one: Bucket): boolean => endMs - startMs <= FINEST_UP_TO_MS[one] && startMs >= nowMs - KEPT_MS[one];
  return BUCKETS.find(fits) ?? 'day';
}

function tellKept(bucket: Bucket): string {
  const hours = KEPT_MS[bucket] / 3_600_000;
  const kept = hours < 48 ? `${hours} hours` : `${hours / 24} days`;
  return `is longer ago than counts by the ${bucket} are kept, which is ${kept}`;
}

function refuse(pointer: string, message: string): Error {
  const error: FieldError = { pointer, code: 'out_of_range', message };
  return refusal([error]);
}
