/** A tenant's attempts are judged over this; */
export const WATCHED_MS = 15 * 60_000;
/** fewer of them say nothing. */
const MIN_ATTEMPTS = 20;

/** At risk is who has fewer successes than this among a hundred attempts; */
export const AT_RISK_BELOW_PERCENT = 90;
/** and no longer at risk who has as many as this: a rate that wavers is told of once. */
const WELL_FROM_PERCENT = 95;

export interface RecentAttempts {
  readonly attempts: number;
  readonly failed: number;
}

/** Whether a tenant's deliveries come to be at risk, stay so, are well again, or nothing of it. Pure. */
export function decideRisk(recent: RecentAttempts, isAtRisk: boolean): 'begin' | 'end' | 'stay' {
  const { attempts } = recent;
  if (isAtRisk) return attempts === 0 || successPercent(recent) >= WELL_FROM_PERCENT ? 'end' : 'stay';
  return attempts >= MIN_ATTEMPTS && successPercent(recent) < AT_RISK_BELOW_PERCENT ? 'begin' : 'stay';
}

/** Rounded down, so that 100 means all. */
export function successPercent({ attempts, failed }: RecentAttempts): number {
  return attempts === 0 ? 100 : Math.floor(((attempts - failed) / attempts) * 100);
}
