import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from '#deliveries';
import { ANY_QUEUE, type Fault, NOTHING_UNUSUAL } from './fault.js';

/** Workers keep what they have sent and record it as soon as they can, before the leases run out. */
export const POSTGRES_RESTARTED: Fault = {
  name: 'postgres-restarted',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, refusals: 'unavailable', maySilence: true },
  async play({ servers: { postgres } }) {
    await postgres.crash();
    await postgres.restart();
    return 'stopped with -m immediate and started';
  },
};

export const POSTGRES_AWAY: Fault = {
  name: 'postgres-away',
  queues: ANY_QUEUE,
  outlastsLease: true,
  allows: { ...NOTHING_UNUSUAL, mayRepeat: true, refusals: 'unavailable', maySilence: true },
  async play({ servers: { postgres } }) {
    await postgres.crash();
    await sleep(LEASE_MS + 10_000);
    await postgres.restart();
    return `away for ${(LEASE_MS + 10_000) / 1_000} s`;
  },
};

/** A statement that is not answered within this has failed. */
const PATIENCE_MS = 35_000;

/** Statements under way neither fail nor end: whoever waits for them has to lose patience. */
export const POSTGRES_SILENT: Fault = {
  name: 'postgres-silent',
  queues: ANY_QUEUE,
  outlastsLease: false,
  allows: { ...NOTHING_UNUSUAL, refusals: 'unavailable', maySilence: true },
  async play({ servers: { postgres }, isShort }) {
    const silentMs = isShort ? 4_000 : PATIENCE_MS + 10_000;
    postgres.freeze();
    await sleep(silentMs);
    postgres.thaw();
    return `SIGSTOP for ${silentMs / 1_000} s`;
  },
};
