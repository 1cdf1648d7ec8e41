/** The most characters that an event type, and so a pattern for one, may have. */
export const MAX_EVENT_TYPE_LENGTH = 128;

/** How the types of the platform's own, operational events begin. Nobody else publishes them. */
export const RESERVED_PREFIX = 'posthorn.';

const WORDS = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** Whether the text is an event type: dot-separated words of `[A-Za-z0-9_-]`, at most 128 characters in all. */
export function isEventType(text: string): boolean {
  return text.length <= MAX_EVENT_TYPE_LENGTH && WORDS.test(text);
}

/**
 * Whether a subscription may ask for this: an event type (`payment.succeeded`), everything below one (`payment.*`), or
 * everything (`*`). A star anywhere else would promise a matching that nobody agrees on.
 */
export function isEventTypePattern(text: string): boolean {
  if (text.length > MAX_EVENT_TYPE_LENGTH) return false;
  return text === '*' || WORDS.test(text.endsWith('.*') ? text.slice(0, -2) : text);
}

/**
 * Whether an event of this type is wanted by the pattern. `payment.*` matches everything below `payment.`, however
 * deep, but not `payment` itself; upper and lower case are different letters. `*` stands for whatever is published: the
 * platform's own events come only to those who ask for them by name, as `posthorn.*` does.
 */
export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*') return !type.startsWith(RESERVED_PREFIX);
  if (!pattern.endsWith('.*')) return pattern === type;
  const stem = pattern.length - 1; // with the dot, so that `payment.*` does not take `payments.made`
  return type.length > stem && type.startsWith(pattern.slice(0, stem));
}
