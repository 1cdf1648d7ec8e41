import { type ErrorCode, type FieldError, PosthornError } from '#kernel';

/** Codes of fields that are telling enough to be the code of the whole answer. */
const TELLING = new Set<ErrorCode>(['not_supported_yet', 'url_refused', 'unknown_endpoint']);

/** RFC 6901, section 3. */
export function escapePointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

/** Throws one refusal that names everything that is wrong. Messages are sentences, or go on after their pointer. */
export function refuseFields(errors: readonly FieldError[]): never {
  const first = errors[0]!;
  const shared = errors.every(({ code }) => code === first.code) && TELLING.has(first.code as ErrorCode);
  const sentence = /^[A-Z]/.test(first.message) ? first.message : `${first.pointer} ${first.message}.`;
  const more = errors.length > 1 ? ` (And ${errors.length - 1} more.)` : '';
  throw new PosthornError(shared ? (first.code as ErrorCode) : 'validation_failed', sentence + more, { errors });
}
