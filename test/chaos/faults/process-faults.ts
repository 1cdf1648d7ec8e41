import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from '#deliveries';
import { ANY_QUEUE, type Fault, NOTHING_UNUSUAL } from './fault.js';

const SKEW_MS = 60_000;
const SKEWED_CLOCK = new URL('../servers/skewed-clock.js', import.meta.url).href;

export const WORKER_KILLED: Fault = {
  name: 'worker-killed',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, mayRepeat: true, mayGoUnrecorded: true },
  async play({ servers, random }) {
    const worker = random.pick(servers.workers);
    await worker.kill();
    await sleep(random.between(100, 2_000));
    await worker.start();
    return `kill -9 of ${worker.name}`;
  },
};

export const API_KILLED: Fault = {
  name: 'api-killed',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, refusals: 'connection' },
  async play({ servers, random }) {
    const api = random.pick(servers.apis);
    await api.kill();
    await sleep(random.between(100, 2_000));
    await api.start();
    return `kill -9 of ${api.name}`;
  },
};

/** Others have claimed what it held when it wakes up, in the middle of requests that it believes to be its own. */
export const WORKER_FROZEN: Fault = {
  name: 'worker-frozen',
  queues: ANY_QUEUE,
  outlastsLease: true,
  allows: { ...NOTHING_UNUSUAL, mayRepeat: true },
  async play({ servers, random }) {
    const worker = random.pick(servers.workers);
    worker.freeze();
    await sleep(LEASE_MS + 10_000);
    worker.thaw();
    return `SIGSTOP of ${worker.name} for ${(LEASE_MS + 10_000) / 1_000} s`;
  },
};

export const ROLLING_RESTART: Fault = {
  name: 'rolling-restart',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, refusals: 'connection' },
  async play({ servers, random }) {
    const order = random.shuffled([...servers.apis, ...servers.workers]);
    for (const process of order) {
      await process.stop();
      await process.start();
    }
    return `SIGTERM of ${order.map(({ name }) => name).join(', ')}`;
  },
};

export const CLOCK_OFF: Fault = {
  name: 'clock-off',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, refusals: 'connection' },
  async play({ servers, random, isShort }) {
    const process = random.pick([...servers.apis, ...servers.workers]);
    const skewMs = random.pick([-SKEW_MS, SKEW_MS]);
    await process.stop();
    await process.start({ NODE_OPTIONS: `--import=${SKEWED_CLOCK}`, CLOCK_SKEW_MS: String(skewMs) });
    await sleep(isShort ? 3_000 : 25_000);
    await process.stop();
    await process.start();
    return `${process.name} a minute ${skewMs < 0 ? 'behind' : 'ahead'}`;
  },
};
