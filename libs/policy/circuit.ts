/** When a circuit opens, how long it stays so, and how fast it lets come what has waited. */
export interface CircuitRules {
  /** Failures are counted over this. */
  readonly windowMs: number;
  /** Fewer attempts within the window say nothing about a rate. */
  readonly minAttempts: number;
  /** The part of them that has to fail, 0 to 1. */
  readonly failureRate: number;
  /** Or so many failures without a single answer between them, */
  readonly runLength: number;
  /** over at least this: a restart that takes two seconds may fail all that is in flight just then. */
  readonly runSpanMs: number;
  /** From the opening to the first probe; doubled by each probe that fails, up to the longest. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Rows a second that come first after closing; doubled each second that nothing fails in, halved when something does. */
  readonly firstCatchUpRate: number;
  readonly fastestCatchUpRate: number;
}

export const CIRCUIT_RULES: CircuitRules = {
  windowMs: 60_000,
  minAttempts: 20,
  failureRate: 0.5,
  runLength: 10,
  runSpanMs: 5_000,
  firstWaitMs: 10_000,
  longestWaitMs: 600_000,
  firstCatchUpRate: 10,
  fastestCatchUpRate: 2_000,
};

/** Waits for a probe are spread by this much to either side, so that what broke together is not probed together. */
const JITTER = 0.2;

/** A circuit that opens again this soon after closing was closed too early: it does not begin with the shortest wait. */
export const RELAPSE_MS = 600_000;

/**
 * What an attempt says about its endpoint: `failure`, that it is not well; `answer`, that somebody is there and answers,
 * though it may not have liked this event; null, nothing.
 */
export type CircuitSignal = 'failure' | 'answer' | null;

/**
 * No answer at all, 5xx, 408 and 429 are failures of the endpoint, and so are a token endpoint or a client certificate that
 * will not do, which concern all of its deliveries. Any other status is an answer: a 400 or a 404 is about
 * the event, or about an address that waiting does not mend, and the retry schedule deals with it. What we refuse to do
 * and what our own proxy does says nothing.
 */
export function toCircuitSignal(statusCode: number | null, errorCode: string | null): CircuitSignal {
  if (errorCode === null) return 'answer';
  switch (errorCode) {
    case 'status':
      return statusCode !== null && isStatusOfFailure(statusCode) ? 'failure' : 'answer';
    case 'body_too_large':
      return 'answer';
    case 'timeout':
    case 'dns':
    case 'connect':
    case 'tls':
    case 'reset':
    case 'protocol':
    case 'auth':
      return 'failure';
    default:
      return null;
  }
}

const isStatusOfFailure = (status: number): boolean => status >= 500 || status === 429 || status === 408;

/** How long to wait for the next probe after `failedProbes` of them have failed. */
export function decideProbeWait(rules: CircuitRules, failedProbes: number, random: number): number {
  const waitMs = Math.min(rules.longestWaitMs, rules.firstWaitMs * 2 ** Math.min(failedProbes, 30));
  return waitMs * (1 + JITTER * (2 * random - 1));
}

/** How many probes count as failed when a circuit opens: half of the last time's, if that has just closed. */
export function decideFailedProbes(closed: { sinceMs: number; failedProbes: number } | null, nowMs: number): number {
  return closed !== null && nowMs - closed.sinceMs < RELAPSE_MS ? closed.failedProbes >> 1 : 0;
}

/** The rate of the next second of catching up. */
export function decideCatchUpRate(rules: CircuitRules, rate: number, hasFailed: boolean): number {
  return hasFailed ? Math.max(1, rate / 2) : Math.min(rules.fastestCatchUpRate, rate * 2);
}
