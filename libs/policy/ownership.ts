const MINUTE_MS = 60_000;

/** How long a challenge can be answered by the person who has read it. */
export const CHALLENGE_LIFE_MS = 60 * MINUTE_MS;

/** How often a person may be wrong about one challenge. */
export const MAX_WRONG_ANSWERS = 5;

/** Within how long challenges count for the limits. */
export const CHALLENGES_COUNT_MS = 60 * MINUTE_MS;

/** Challenges to one endpoint within {@link ENDPOINT_WINDOW_MS}, and to all of a tenant within an hour. */
const ENDPOINT_CHALLENGES = 5;
const ENDPOINT_WINDOW_MS = 10 * MINUTE_MS;
const TENANT_CHALLENGES = 30;

/** A challenge that was sent and has proven nothing (yet). */
export interface SentChallenge {
  readonly endpointId: string;
  readonly atMs: number;
}

/**
 * How long to wait before another challenge may be sent to the endpoint; 0 when it may be now. Whoever answers has consented,
 * so only challenges that have proven nothing count: `sent` are those of the endpoint's tenant within the last hour, those of
 * endpoints that are deleted by now included, oldest first. Pure.
 */
export function decideChallengeWait(sent: readonly SentChallenge[], endpointId: string, nowMs: number): number {
  const ofEndpoint = sent.filter((one) => one.endpointId === endpointId);
  return Math.max(
    waitFor(ofEndpoint, ENDPOINT_CHALLENGES, ENDPOINT_WINDOW_MS, nowMs),
    waitFor(sent, TENANT_CHALLENGES, CHALLENGES_COUNT_MS, nowMs),
  );
}

/** Until, of the last `limit`, the oldest has left the window. */
function waitFor(sent: readonly SentChallenge[], limit: number, windowMs: number, nowMs: number): number {
  const oldest = sent.at(-limit);
  return oldest === undefined ? 0 : Math.max(0, oldest.atMs + windowMs - nowMs);
}

/** What a receiver has made of a challenge, as far as it is decided by the body of its answer. */
export type ChallengeReading =
  | { readonly kind: 'challenge'; readonly text: string }
  /** The whole request came back: whoever answers so to everything has agreed to nothing. */
  | { readonly kind: 'echo' }
  | { readonly kind: 'none' };

/**
 * Finds the challenge in the body of an answer: `{"challenge": "…"}`, as receivers of Slack do it, or the text alone, as those
 * of Meta do. `sentWith` is a member that stood beside the challenge in the request, by which an echo is told. Pure.
 */
export function readChallengeAnswer(body: string, sentWith: string): ChallengeReading {
  const text = body.trim();
  if (!text.startsWith('{')) return text === '' ? { kind: 'none' } : { kind: 'challenge', text };
  const answer = parseObject(text);
  const challenge = answer?.['challenge'];
  if (typeof challenge !== 'string') return { kind: 'none' };
  return Object.hasOwn(answer!, sentWith) ? { kind: 'echo' } : { kind: 'challenge', text: challenge };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
