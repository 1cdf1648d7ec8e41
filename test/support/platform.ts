import { createApi, type ApiDeps } from '../../apps/api/create-api.js';
import { type RunningWorker, startWorker, type WorkerDeps } from '../../apps/worker/create-worker.js';
import type { KeyRing } from '#kernel';
import { openDispatchQueue } from '#queue';
import { Metrics } from '#telemetry';
import { startApi, type TestApi } from './api.js';
import { type Receiver } from './receiver.js';
import { testQueue } from './redis.js';

export type QueueKind = 'redis' | 'postgres';

export const QUEUE_KINDS: readonly QueueKind[] = ['redis', 'postgres'];

/** API and worker in this process, over a database and a queue of their own. */
export interface TestPlatform extends TestApi {
  worker: RunningWorker;
  /** A tenant with one endpoint at the receiver, subscribed to `eventTypes` (everything unless given). */
  aTenantAt(receiver: Receiver, endpoint?: Record<string, unknown>): Promise<TenantAt>;
  /** Publishes one event and answers its id. */
  publish(tenant: string, event?: Record<string, unknown>): Promise<string>;
  /** The deliveries of an event as the API shows them. */
  deliveriesOf(eventId: string): Promise<ShownDelivery[]>;
  /** A further worker process, as it were, on the same database and queue; `close` stops those that still run. */
  anotherWorker(keyRing?: KeyRing): RunningWorker;
  /** A further API process, as it were, on the same database. */
  anotherApi(keyRing?: KeyRing): Promise<{ url: string; close(): Promise<void> }>;
}

export interface TenantAt {
  tenant: string;
  endpoint: string;
  secret: string;
}

export interface ShownDelivery {
  id: string;
  endpoint: string;
  status: string;
  waitingFor: string | null;
  attemptCount: number;
  nextAttemptAt: string | null;
  lastStatusCode: number | null;
  lastErrorCode: string | null;
  cancelReason: string | null;
  replayOf: string | null;
}

export interface PlatformOptions {
  queue: QueueKind;
  env?: Record<string, string>;
  /** Waits and bounds of circuits. */
  circuits?: WorkerDeps['circuits'];
}

const TEST_ENV = {
  POSTHORN_ALLOW_HTTP: 'true',
  POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
};

/** Short waits: three retries within a moment. Finer than the configuration takes. */
const RETRY_SCHEDULE_SECONDS = [0.05, 0.05, 0.05];

export async function startPlatform({ queue, env = {}, circuits = {} }: PlatformOptions): Promise<TestPlatform> {
  const { url, prefix } = testQueue();
  const api = await startApi({
    env: { ...TEST_ENV, ...(queue === 'redis' ? { QUEUE_URL: url } : {}), ...env },
    deps: (made) => withQueue(made, prefix),
  });
  const { config, db, clock, keyRing, logger, metrics } = api.deps as ApiDeps & { clock: never };
  const start = (own: Metrics, ring: KeyRing = keyRing): RunningWorker =>
    startWorker({ config, db, clock, keyRing: ring, logger, metrics: own, queuePrefix: prefix, circuits });
  const worker = start(metrics);
  const others: RunningWorker[] = [];
  let made = 0;
  return {
    ...api,
    worker,
    aTenantAt: async (receiver, endpoint = {}) => {
      const { body: tenant } = await api.api.post('/v1/tenants', { name: `Tenant ${++made}` });
      const { body } = await api.api.post(`/v1/tenants/${tenant['id']}/endpoints`, {
        url: receiver.url,
        eventTypes: ['*'],
        ...endpoint,
      });
      return { tenant: tenant['id'] as string, endpoint: body['id'] as string, secret: body['secret'] as string };
    },
    publish: async (tenant, event = {}) => {
      const { body } = await api.api.post('/v1/events', { tenant, type: 'test.happened', data: {}, ...event });
      return body['id'] as string;
    },
    deliveriesOf: async (eventId) => {
      const { body } = await api.api.get(`/v1/events/${eventId}`);
      return body['deliveries'] as ShownDelivery[];
    },
    anotherWorker: (ring) => {
      const another = start(new Metrics({ processDefaults: false }), ring);
      others.push(another);
      return another;
    },
    anotherApi: async (ring = keyRing) => {
      const app = await createApi({ ...api.deps, keyRing: ring });
      await app.listen(0, '127.0.0.1');
      return { url: await app.getUrl(), close: () => app.close() };
    },
    close: async () => {
      await Promise.all([worker, ...others].map((running) => running.stop(5_000)));
      await api.close();
    },
  };
}

function withQueue(made: ApiDeps, prefix: string): ApiDeps {
  const { clock, logger } = made;
  void made.queue.close();
  const config = Object.assign({}, made.config, {
    delivery: { ...made.config.delivery, retryScheduleSeconds: RETRY_SCHEDULE_SECONDS },
  });
  return {
    ...made,
    config,
    queue: openDispatchQueue({ url: config.queue.url, prefix, log: logger, now: () => clock.now() }),
  };
}
