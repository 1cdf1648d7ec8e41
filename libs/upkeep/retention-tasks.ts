import type { Config } from '#config';
import type { Database } from '#database';
import { OpenCancellationStore, type OpenDeliveryStore, PayloadEraser, RetentionStore } from '#deliveries';
import { EndpointRemainsStore } from '#endpoints';
import type { Clock } from '#kernel';
import type { Metrics } from '#telemetry';
import { PayloadErasureStore } from '#tenants';
import { Erasure } from './erasure.js';
import { tellOfExpiring } from './expiring-news.js';
import { Retention } from './retention.js';
import { forgetOldAudits, forgetOldReplays } from './sweep.js';
import type { UpkeepLog } from './upkeep.js';
import type { UpkeepTask } from './upkeep-task.js';

export interface RetentionTaskDeps {
  readonly config: Config;
  readonly db: Database;
  readonly deliveries: OpenDeliveryStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: UpkeepLog;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Beyond retention, what a delivery at its end refers to is kept for its attempts: they are of its own day. */
const LONGEST_DAYS = 2;

/** All that is done for retention and erasure. */
export function retentionTasks(deps: RetentionTaskDeps): UpkeepTask[] {
  const { config, db, deliveries, clock, metrics, log } = deps;
  const { days, auditDays } = config.retention;
  const retention = new Retention(db, new RetentionStore(db, deliveries), clock, metrics, log, {
    days,
    directUrl: config.database.directUrl,
    onExpiring: (expiring) => tellOfExpiring(db, expiring, days),
  });
  const endpoints = new EndpointRemainsStore(db);
  const cancellations = new OpenCancellationStore(db, deliveries);
  const stores = {
    open: deliveries,
    payloads: new PayloadEraser(db, deliveries),
    tenants: new PayloadErasureStore(db),
    endpoints,
  };
  const erasure = new Erasure(stores, clock, metrics, log);
  const forgottenBeforeMs = (): number => clock.now() - (days + LONGEST_DAYS) * DAY_MS;
  return [
    { name: 'cancellations', everyMs: 5 * SECOND_MS, run: () => cancellations.goOn() },
    { name: 'outlived deliveries', everyMs: MINUTE_MS, run: () => retention.buryOutlived() },
    {
      name: 'expiring dead letters',
      everyMs: HOUR_MS,
      run: () => retention.warnOfExpiring(),
      leave: () => retention.leave(),
    },
    { name: 'old days', everyMs: 10 * MINUTE_MS, run: () => retention.forgetOldDays() },
    { name: 'deleted tenants', everyMs: MINUTE_MS, run: () => erasure.eraseDeletedTenants() },
    { name: 'old payloads', everyMs: 10 * MINUTE_MS, run: () => erasure.eraseOld() },
    { name: 'late answers', everyMs: MINUTE_MS, run: () => erasure.eraseLateAnswers() },
    { name: 'old audits', everyMs: HOUR_MS, run: () => forgetOldAudits(db, clock.now() - auditDays * DAY_MS) },
    { name: 'old health rows', everyMs: HOUR_MS, run: () => endpoints.foldHealth(clock.now() - DAY_MS) },
    { name: 'health of deleted endpoints', everyMs: HOUR_MS, run: () => endpoints.forgetHealth(forgottenBeforeMs()) },
    { name: 'old replays', everyMs: HOUR_MS, run: () => forgetOldReplays(db, forgottenBeforeMs()) },
    { name: 'old endpoint versions', everyMs: HOUR_MS, run: () => endpoints.forgetVersions(forgottenBeforeMs()) },
  ];
}
