const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An endpoint at which nothing has succeeded for this long, and this often, is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;
const FAILURES_TO_DISABLE = 10;

/** Before that its owner is told: once for each of these. */
const WARNED_AFTER_MS: readonly number[] = [1 * DAY_MS, 3 * DAY_MS];
const FAILURES_TO_WARN = 3;

/**
 * Failures farther apart than this are not one run: nothing was sent in between, so nothing is known of it. Even the
 * last waits of the retry schedule are shorter.
 */
const LONGEST_SILENCE_MS = 2 * DAY_MS;

/** How exactly the latest failure of a run is kept: each time it is written. */
const NOTED_EVERY_MS = HOUR_MS;

/** What is known of an endpoint that sends at all. Counts only ever rise, unless the rows they come from were lost. */
export interface FailingFacts {
  /** Attempts that have failed, ever. */
  readonly failed: number;
  readonly lastFailureAtMs: number;
  readonly lastSuccessAtMs: number | null;
  /** The run of failures that is known already. */
  readonly run: FailingRun | null;
}

/** Failures one after the other, without a success, since the endpoint was made, resumed or enabled. */
export interface FailingRun {
  /** Its first failure. */
  readonly sinceMs: number;
  /** Its latest that is kept; there may be one up to an hour younger. */
  readonly lastFailureAtMs: number;
  /** Of the attempts that have failed, how many did before it. */
  readonly failedBefore: number;
  /** How often its owner was warned. */
  readonly warnings: number;
}

export type FailingDecision =
  | { readonly kind: 'nothing' }
  /** A run begins now, or again. */
  | { readonly kind: 'begin' }
  /** It goes on; its latest failure is to be kept. */
  | { readonly kind: 'note' }
  /** The owner is to be told, for the first or the second time. */
  | { readonly kind: 'warn'; readonly warning: number }
  | { readonly kind: 'disable' }
  /** It is over. What was warned of is told to have recovered. */
  | { readonly kind: 'end'; readonly isRecovery: boolean };

/**
 * What follows from an endpoint's failures. It is judged by failures alone, never by the passing of time: an endpoint to
 * which nothing was sent is not failing. Whatever is uncertain counts for the endpoint. Pure.
 */
export function decideFailing({ failed, lastFailureAtMs, lastSuccessAtMs, run }: FailingFacts): FailingDecision {
  if (run === null) {
    return lastSuccessAtMs === null || lastFailureAtMs > lastSuccessAtMs ? { kind: 'begin' } : { kind: 'nothing' };
  }
  if (lastSuccessAtMs !== null && lastSuccessAtMs >= run.sinceMs) {
    return { kind: 'end', isRecovery: run.warnings > 0 };
  }
  const isLost = failed < run.failedBefore || lastFailureAtMs < run.lastFailureAtMs;
  if (isLost || lastFailureAtMs - run.lastFailureAtMs > LONGEST_SILENCE_MS) return { kind: 'begin' };
  return decideStep(lastFailureAtMs - run.sinceMs, failed - run.failedBefore, lastFailureAtMs, run);
}

function decideStep(lastedMs: number, failures: number, lastFailureAtMs: number, run: FailingRun): FailingDecision {
  if (lastedMs >= DISABLED_AFTER_MS && failures >= FAILURES_TO_DISABLE) return { kind: 'disable' };
  const warning = failures < FAILURES_TO_WARN ? 0 : WARNED_AFTER_MS.filter((afterMs) => lastedMs >= afterMs).length;
  if (warning > run.warnings) return { kind: 'warn', warning };
  return lastFailureAtMs - run.lastFailureAtMs >= NOTED_EVERY_MS ? { kind: 'note' } : { kind: 'nothing' };
}
