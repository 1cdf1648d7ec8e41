import type { Config } from '#config';
import type { Database } from '#database';
import { measureBacklog, OpenCancellationStore, OpenDeliveryStore } from '#deliveries';
import { DeliveryWorker } from '#delivering';
import { EndpointHealthStore, EndpointSwitch, SendTargets } from '#endpoints';
import { type DatabaseClock, type KeyRing, POSTHORN_VERSION } from '#kernel';
import { EndpointDeliveryEffects } from '#replaying';
import type { Logger, Metrics } from '#telemetry';
import { SwitchStore } from '#tenants';
import { AddressPolicy, Sender } from '#transport';
import { retentionTasks, Upkeep } from '#upkeep';

/** What a worker is built upon. Made by the process (worker, standalone, a test), which also closes it. */
export interface WorkerDeps {
  readonly config: Config;
  readonly db: Database;
  readonly clock: DatabaseClock;
  readonly keyRing: KeyRing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Keeps the queues of several installations on one server apart. */
  readonly queuePrefix?: string;
}

/** A running worker, as its process sees it. */
export interface RunningWorker {
  readonly isQueueConnected: boolean;
  readonly isHealthy: boolean;
  /** Drains for at most `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

/** Puts a worker together, delivery and upkeep, and starts it. */
export function startWorker({ config, db, clock, keyRing, logger, metrics, queuePrefix }: WorkerDeps): RunningWorker {
  const deliveries = new OpenDeliveryStore(db);
  const sender = new Sender({
    policy: new AddressPolicy(config.egress),
    ...(config.egress.proxy === null ? {} : { proxy: config.egress.proxy }),
  });
  const worker = new DeliveryWorker(
    {
      db,
      clock,
      deliveries,
      targets: new SendTargets(db, keyRing),
      endpoints: new EndpointSwitch(
        db,
        keyRing,
        new EndpointDeliveryEffects(db, deliveries, new OpenCancellationStore(db, deliveries), clock),
      ),
      health: new EndpointHealthStore(db),
      switches: new SwitchStore(db),
      sender,
      metrics,
      logger,
    },
    {
      concurrency: config.delivery.concurrency,
      timeoutMs: config.delivery.requestTimeoutSeconds * 1000,
      retryScheduleSeconds: config.delivery.retryScheduleSeconds,
      userAgent: `Posthorn/${POSTHORN_VERSION}`,
      queueUrl: config.queue.url,
      ...(queuePrefix === undefined ? {} : { queuePrefix }),
      listenUrl: config.database.directUrl,
    },
  );
  metrics.measure('backlog', () => measureBacklog(metrics, deliveries));
  const tasks = retentionTasks({ config, db, deliveries, clock, metrics, log: logger });
  const upkeep = new Upkeep(db, deliveries, clock, logger, tasks);
  worker.start();
  upkeep.start();
  return {
    get isQueueConnected() {
      return worker.isQueueConnected;
    },
    get isHealthy() {
      return worker.isHealthy;
    },
    stop: async (drainMs) => {
      await Promise.all([worker.stop(drainMs), upkeep.stop()]);
    },
  };
}
