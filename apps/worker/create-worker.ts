import { hostname } from 'node:os';
import type { Config } from '#config';
import type { Database } from '#database';
import { measureBacklog, OpenCancellationStore, OpenDeliveryStore } from '#deliveries';
import { DeliveryWorker, type DeliveryWorkerOptions } from '#delivering';
import {
  announceCircuitOpened,
  type CircuitTransition,
  EndpointHealthStore,
  EndpointSwitch,
  SecretStore,
  SendTargets,
  SlotStore,
  TenantConfigs,
} from '#endpoints';
import { ScheduledEventStore } from '#events';
import { type DatabaseClock, type KeyRing, POSTHORN_VERSION } from '#kernel';
import { Scheduler } from '#publishing';
import { EndpointDeliveryEffects, ReplayRunner } from '#replaying';
import { TrafficLedger, TrafficReadModel, TrafficRollup, TrafficStore } from '#stats';
import type { Logger, Metrics } from '#telemetry';
import { SwitchStore } from '#tenants';
import { AddressPolicy, Sender } from '#transport';
import { retentionTasks, RiskWatch, secretTasks, SecretWatch, trafficTasks, Upkeep } from '#upkeep';

const MS_PER_DAY = 86_400_000;

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
  /** Waits and bounds of circuits, where they are not the usual ones. */
  readonly circuits?: DeliveryWorkerOptions['circuits'];
}

/** A running worker, as its process sees it. */
export interface RunningWorker {
  readonly isQueueConnected: boolean;
  readonly isHealthy: boolean;
  /** Drains for at most `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

/** Puts a worker together, delivery, schedule and upkeep, and starts it. */
export function startWorker({
  config,
  db,
  clock,
  keyRing,
  logger,
  metrics,
  queuePrefix,
  circuits,
}: WorkerDeps): RunningWorker {
  const traffic = new TrafficLedger(new TrafficStore(db), `${hostname()}:${process.pid}`, clock);
  const deliveries = new OpenDeliveryStore(db);
  deliveries.onBuried((buried) => traffic.buried(buried));
  const sender = new Sender({
    policy: new AddressPolicy(config.egress),
    ...(config.egress.proxy === null ? {} : { proxy: config.egress.proxy }),
  });
  const effects = new EndpointDeliveryEffects(db, deliveries, new OpenCancellationStore(db, deliveries), clock);
  const endpoints = new EndpointSwitch(db, keyRing, effects);
  const tasks = [
    ...retentionTasks({ config, db, deliveries, clock, metrics, log: logger }),
    ...secretTasks(new SecretWatch(db, new SecretStore(db, clock, keyRing), clock, logger)),
    ...trafficTasks(new TrafficRollup(db), new RiskWatch(db, new TrafficReadModel(db)), clock),
  ];
  const upkeep = new Upkeep(db, deliveries, endpoints, clock, metrics, logger, tasks);
  const worker = new DeliveryWorker(
    {
      db,
      clock,
      deliveries,
      targets: new SendTargets(db, keyRing),
      slots: new SlotStore(db),
      endpoints,
      health: new EndpointHealthStore(db),
      traffic,
      switches: new SwitchStore(db),
      sender,
      metrics,
      logger,
      onDead: () => upkeep.hearOfDeath(),
    },
    {
      concurrency: config.delivery.concurrency,
      timeoutMs: config.delivery.requestTimeoutSeconds * 1000,
      retryScheduleSeconds: config.delivery.retryScheduleSeconds,
      retentionMs: config.retention.days * MS_PER_DAY,
      userAgent: `Posthorn/${POSTHORN_VERSION}`,
      queueUrl: config.queue.url,
      ...(queuePrefix === undefined ? {} : { queuePrefix }),
      listenUrl: config.database.directUrl,
      ...(circuits === undefined ? {} : { circuits }),
      onCircuitTransition: (transition) => void tellOfCircuit(db, transition, logger),
    },
  );
  metrics.measure('backlog', () => measureBacklog(metrics, deliveries));
  const scheduler = new Scheduler(
    db,
    clock,
    new ScheduledEventStore(db),
    new TenantConfigs(db),
    { retentionDays: config.retention.days, wakePumps: () => worker.wake() },
    logger,
  );
  const replays = new ReplayRunner(
    db,
    clock,
    new TenantConfigs(db),
    { retentionDays: config.retention.days, wakePumps: () => worker.wake() },
    logger,
  );
  worker.start();
  scheduler.start();
  replays.start();
  upkeep.start();
  return {
    get isQueueConnected() {
      return worker.isQueueConnected;
    },
    get isHealthy() {
      return worker.isHealthy;
    },
    stop: async (drainMs) => {
      await Promise.all([worker.stop(drainMs), scheduler.stop(), replays.stop(), upkeep.stop()]);
      await traffic.flush();
    },
  };
}

/** Once for each time that a circuit opens, not for each probe that fails. News only: the circuit itself is on record. */
async function tellOfCircuit(db: Database, transition: CircuitTransition, logger: Logger): Promise<void> {
  const { endpointId, from, to, reason, atMs } = transition;
  if (from !== 'closed' || to !== 'open') return;
  try {
    await announceCircuitOpened(db, { endpointId, reason: reason ?? '', atMs });
  } catch (error) {
    logger.warn({ err: error, endpoint: endpointId }, 'nobody could be told that a circuit has opened');
  }
}
