/** The most characters that an event type, and so a pattern for one, may have. */
export const MAX_EVENT_TYPE_LENGTH = 128;

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

/** What the platform's own events are called: of it, and not of what happened at a customer's. */
export const OPERATIONAL_PREFIX = 'posthorn.';

/** The type of the events that `POST …/{endpoint}/test` makes: nobody has published them, and nobody waits for them. */
export const TEST_EVENT_TYPE = 'posthorn.test';

/** The type of those that `POST …/{endpoint}/verify` makes, with a challenge that the receiver is to answer with. */
export const VERIFICATION_EVENT_TYPE = 'posthorn.endpoint.verification';

/** What was sent to one endpoint to see what it makes of it. Nothing of that is missed by anybody. */
export const TEST_EVENT_TYPES = [TEST_EVENT_TYPE, VERIFICATION_EVENT_TYPE] as const;

/**
 * Whether a subscription's pattern wants an event of this type. `*` is everything that is published: the platform's own
 * events go only to those who ask for them by name, or a receiver would get what it has never heard of.
 */
export function isSubscribed(pattern: string, type: string): boolean {
  if (pattern === '*' && type.startsWith(OPERATIONAL_PREFIX)) return false;
  return matchesPattern(pattern, type);
}

/**
 * Whether an event of this type is wanted by the pattern. `payment.*` matches everything below `payment.`, however
 * deep, but not `payment` itself; upper and lower case are different letters.
 */
export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.endsWith('.*')) return pattern === type;
  const stem = pattern.length - 1; // with the dot, so that `payment.*` does not take `payments.made`
  return type.length > stem && type.startsWith(pattern.slice(0, stem));
}
