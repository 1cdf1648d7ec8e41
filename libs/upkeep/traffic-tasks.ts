import type { Clock } from '#kernel';
import type { TrafficRollup } from '#stats';
import type { RiskWatch } from './risk-watch.js';
import type { UpkeepTask } from './upkeep-task.js';
import { inParts } from './upkeep-task.js';

const MINUTE_MS = 60_000;

/** Buckets that are summed up in one go. */
const PARTS = 24;

/** What is done for and by statistics: sums of hours and days, who is at risk, and forgetting. */
export function trafficTasks(traffic: TrafficRollup, risks: RiskWatch, clock: Clock): UpkeepTask[] {
  const rollUp = (name: 'hours' | 'days') => () =>
    inParts(PARTS, async () => {
      const hasMore = await traffic.rollUp(name);
      return { done: hasMore ? 1 : 0, hasMore };
    });
  return [
    { name: 'traffic of hours', everyMs: MINUTE_MS, run: rollUp('hours') },
    { name: 'traffic of days', everyMs: 10 * MINUTE_MS, run: rollUp('days') },
    { name: 'tenants at risk', everyMs: MINUTE_MS, run: () => risks.look() },
    { name: 'old traffic counts', everyMs: 10 * MINUTE_MS, run: () => traffic.forget(clock.now()) },
  ];
}
