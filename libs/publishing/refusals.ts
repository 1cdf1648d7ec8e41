import { isDataError } from '#database';
import { type FieldError, PosthornError } from '#kernel';

export function tooLate(): PosthornError {
  const message = 'lies beyond the time that events are kept';
  return new PosthornError('validation_failed', `/deliverAt ${message}.`, {
    errors: [{ pointer: '/deliverAt', code: 'too_late', message }],
  });
}

export function overQuota(perSecond: number, waitMs: number): PosthornError {
  const message = `The tenant may publish ${perSecond} events a second; publish this one again in a moment.`;
  return new PosthornError('rate_limited', message, { retryAfterSeconds: Math.ceil(waitMs / 1_000), perSecond });
}

export function overloaded(): PosthornError {
  return new PosthornError('overloaded', 'The platform cannot take this event now; publish it again in a moment.', {
    retryAfterSeconds: 2,
  });
}

/** `mismatches`: what of the data does not match the schema, by pointers into the data; null when there is nothing. */
export function mismatch(type: string, version: string, mismatches: readonly FieldError[]): PosthornError | null {
  const [first] = mismatches;
  if (!first) return null;
  const errors = mismatches.map((error) => ({ ...error, pointer: `/data${error.pointer}` }));
  const message = `The data does not match schema ${JSON.stringify(version)} of ${type}: /data${first.pointer} ${first.message}.`;
  return new PosthornError('validation_failed', message, { errors });
}

/** What a publisher is told of whatever went wrong with an event. */
export function toRefusal(error: unknown): PosthornError {
  if (error instanceof PosthornError) return error;
  if (isDataError(error)) {
    const message = `the database refuses a value of this event: ${(error as Error).message}`;
    return new PosthornError('validation_failed', message, { errors: [{ pointer: '', code: 'invalid', message }] });
  }
  return overloaded();
}
