import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningWorker } from '../../../apps/worker/create-worker.js';
import { parseTypeId } from '#kernel';
import { QUEUE_KINDS, startPlatform, type TenantAt, type TestPlatform } from '../../support/platform.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { IN_TIME } from '../../support/in-time.js';

const SLOW = { limit: 1, periodSeconds: 3_600 };
const HOUR_MS = 3_600_000;

/** The most that arrived within any `windowMs`. */
function mostWithin(windowMs: number, arrivedAtMs: readonly number[]): number {
  return Math.max(...arrivedAtMs.map((from) => arrivedAtMs.filter((ms) => ms >= from && ms < from + windowMs).length));
}

describe.each(QUEUE_KINDS)('rate limits (%s)', IN_TIME, (queue) => {
  let platform: TestPlatform;
  let other: RunningWorker;
  let receiver: Receiver;
  const loop = monitorEventLoopDelay({ resolution: 5 });

  beforeAll(async () => {
    platform = await startPlatform({ queue });
    other = platform.anotherWorker();
  });
  afterAll(async () => {
    await other.stop(5_000);
    await platform.close();
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
    loop.reset();
    loop.enable();
  });
  afterEach(() => receiver.close());

  const at = (rateLimit: object, more: object = {}): Promise<TenantAt> =>
    platform.aTenantAt(receiver, { rateLimit, ...more });

  async function publishMany(tenant: string, count: number, event: object = {}): Promise<void> {
    const one = { tenant, type: 'test.happened', data: {}, ...event };
    await platform.api.post('/v1/events/batch', { events: Array.from({ length: count }, () => one) });
  }

  const waiting = (tenant: string) =>
    platform.db.query<{ waiting_for: string; attempts: number; generation: number; due_in_ms: number }>(
      `SELECT waiting_for, attempts, generation, extract(epoch FROM due_at - clock_timestamp())::float8 * 1000 AS due_in_ms
         FROM open_deliveries WHERE tenant_id = $1 AND waiting_for = 'rate_limit' ORDER BY due_at`,
      [parseTypeId('ten', tenant)],
    );

  const attempts = (tenant: string) =>
    platform.db.query<{ number: number; generation: number }>(
      `SELECT a.number, a.generation FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.tenant_id = $1`,
      [parseTypeId('ten', tenant)],
    );

  const patch = ({ tenant, endpoint }: TenantAt, body: object) =>
    platform.api.patch(`/v1/tenants/${tenant}/endpoints/${endpoint}`, body);

  /** Requests that may come on top of a rate, since this process (receiver and both workers) stood still meanwhile. */
  const extra = (everyMs: number): number => Math.ceil(loop.max / 1e6 / everyMs) + 4;

  it('hold over two workers, evenly spread, without spending attempts and with few writes', async () => {
    const { tenant } = await at({ limit: 20, periodSeconds: 1 });
    await publishMany(tenant, 60);
    await receiver.received(60);

    const arrivedAtMs = receiver.requests.map(({ receivedAt }) => receivedAt.getTime());
    expect(mostWithin(1_000, arrivedAtMs)).toBeLessThanOrEqual(20 + extra(50));
    expect(mostWithin(250, arrivedAtMs)).toBeLessThanOrEqual(5 + extra(50));
    expect(arrivedAtMs.at(-1)! - arrivedAtMs[0]!).toBeGreaterThan(59 * 50 * 0.8);

    const made = await waitFor(async () => {
      const all = await attempts(tenant);
      expect(all).toHaveLength(60);
      return all;
    });
    expect(made.every(({ number }) => number === 1)).toBe(true);
    // The insertion is the first write, the one that ends the delivery the last.
    expect(Math.max(...made.map(({ generation }) => generation + 1))).toBeLessThanOrEqual(5);
  });

  it('show what waits, and until when', async () => {
    const { tenant, endpoint } = await at(SLOW);
    await publishMany(tenant, 3);
    await waitFor(async () => expect(await waiting(tenant)).toHaveLength(2));
    await receiver.received(1);

    const { body } = await platform.api.get(`/v1/deliveries?tenant=${tenant}&waitingFor=rate_limit`);
    const shown = body['data'] as { status: string; attemptCount: number; nextAttemptAt: string }[];
    expect(shown.map(({ status, attemptCount }) => [status, attemptCount])).toEqual([
      ['pending', 0],
      ['pending', 0],
    ]);
    const nextAtMs = shown.map(({ nextAttemptAt }) => Date.parse(nextAttemptAt)).toSorted((a, b) => a - b);
    expect(nextAtMs[1]! - nextAtMs[0]!).toBeCloseTo(HOUR_MS, -2);

    const { body: health } = await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}/health`);
    expect(health['rateLimit']).toMatchObject({ ...SLOW, waiting: 2 });
    const { nextSlotAt, reason } = health['rateLimit'] as { nextSlotAt: string; reason: string };
    expect(Date.parse(nextSlotAt) - nextAtMs[1]!).toBeCloseTo(HOUR_MS, -2);
    expect(reason).toContain('1 request in 3600 s');
    expect(receiver.requests).toHaveLength(1);
  });

  it('hold for retries too', async () => {
    receiver.answer(500, 500, 500, 200);
    const { tenant } = await at({ limit: 5, periodSeconds: 1 });
    await publishMany(tenant, 3);
    await receiver.received(6);
    const arrivedAtMs = receiver.requests.map(({ receivedAt }) => receivedAt.getTime());
    expect(arrivedAtMs.at(-1)! - arrivedAtMs[0]!).toBeGreaterThan(5 * 200 * 0.6);
    await waitFor(async () => expect(await attempts(tenant)).toHaveLength(6));
  });

  it('change at once for what waits already', async () => {
    const slow = await at(SLOW);
    await publishMany(slow.tenant, 6);
    await waitFor(async () => expect(await waiting(slow.tenant)).toHaveLength(5));
    const { body } = await patch(slow, { rateLimit: { limit: 10, periodSeconds: 1 } });
    expect(body['rateLimit']).toEqual({ limit: 10, periodSeconds: 1 });
    await receiver.received(6);
    await waitFor(async () => expect(await attempts(slow.tenant)).toHaveLength(6));
  });

  it('end when they are removed', async () => {
    const slow = await at(SLOW);
    await publishMany(slow.tenant, 6);
    await waitFor(async () => expect(await waiting(slow.tenant)).toHaveLength(5));
    await patch(slow, { rateLimit: null });
    await receiver.received(6);
  });

  it('leave what waits to a pause, and begin anew after it', async () => {
    const slow = await at(SLOW);
    await publishMany(slow.tenant, 3);
    await waitFor(async () => expect(await waiting(slow.tenant)).toHaveLength(2));
    const path = `/v1/tenants/${slow.tenant}/endpoints/${slow.endpoint}`;
    await platform.api.post(`${path}/pause`);
    await patch(slow, { rateLimit: { limit: 100, periodSeconds: 1 } });
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/deliveries?tenant=${slow.tenant}&status=held`);
      expect(body['data']).toHaveLength(2);
    });
    expect(receiver.requests).toHaveLength(1);
    await platform.api.post(`${path}/resume`);
    await receiver.received(3);
  });

  it.each(['endpoint', 'tenant'])('let nothing more go because the %s was paused and resumed', async (what) => {
    const slow = await at(SLOW);
    await publishMany(slow.tenant, 3);
    await waitFor(async () => expect(await waiting(slow.tenant)).toHaveLength(2));
    await receiver.received(1);
    const path = `/v1/tenants/${slow.tenant}${what === 'endpoint' ? `/endpoints/${slow.endpoint}` : ''}`;
    await platform.api.post(`${path}/pause`);
    await platform.api.post(`${path}/resume`);
    const rows = await waitFor(async () => {
      const all = await waiting(slow.tenant);
      expect(all.map(({ generation }) => generation > 2)).toEqual([true, true]);
      return all;
    });
    expect(rows[0]!.due_in_ms).toBeGreaterThan(HOUR_MS - 60_000);
    expect(rows[0]!.due_in_ms).toBeLessThan(HOUR_MS);
    expect(rows[1]!.due_in_ms - rows[0]!.due_in_ms).toBeCloseTo(HOUR_MS, -2);
    expect(receiver.requests).toHaveLength(1);
  });

  it('let die at once what would expire before its slot, and take no slot for it', async () => {
    const slow = await at(SLOW);
    await publishMany(slow.tenant, 1);
    await receiver.received(1);
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    await publishMany(slow.tenant, 3, { expiresAt });
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/dead-letters?tenant=${slow.tenant}&reason=expired`);
      expect(body['data']).toHaveLength(3);
    });
    await publishMany(slow.tenant, 1);
    const [row] = await waitFor(async () => {
      const rows = await waiting(slow.tenant);
      expect(rows).toHaveLength(1);
      return rows;
    });
    expect(row!.due_in_ms).toBeLessThan(HOUR_MS);
    expect(receiver.requests).toHaveLength(1);
  });

  it('do not become a burst when many slots have passed at once', async () => {
    const { tenant, endpoint } = await at({ limit: 20, periodSeconds: 1 });
    await publishMany(tenant, 70);
    const late = await waitFor(async () => {
      const rows = await waiting(tenant);
      expect(rows.length).toBeGreaterThan(20);
      return rows.length;
    });
    // As if no worker had been there at their time.
    await platform.db.query(
      `WITH line AS (UPDATE endpoint_runtime SET next_slot_at = clock_timestamp() + interval '2 s' WHERE endpoint_id = $1)
       UPDATE open_deliveries SET due_at = clock_timestamp() - interval '5 s'
        WHERE endpoint_id = $1 AND waiting_for = 'rate_limit'`,
      [parseTypeId('ep', endpoint)],
    );
    await receiver.received(70);
    const arrivedAtMs = receiver.requests.map(({ receivedAt }) => receivedAt.getTime());
    expect(late).toBeGreaterThan(20);
    expect(mostWithin(1_000, arrivedAtMs)).toBeLessThanOrEqual(20 + extra(50));
    const made = await waitFor(async () => {
      const all = await attempts(tenant);
      expect(all).toHaveLength(70);
      return all;
    });
    expect(Math.max(...made.map(({ generation }) => generation))).toBeLessThanOrEqual(6);
  });

  it('do not hold up other endpoints', async () => {
    const slow = await at(SLOW);
    const fast = await Receiver.start();
    try {
      const free = await platform.aTenantAt(fast);
      await publishMany(slow.tenant, 500);
      await publishMany(free.tenant, 20);
      await fast.received(20);
      await waitFor(async () => expect(await waiting(slow.tenant)).toHaveLength(499));
      expect(Math.max(...(await waiting(slow.tenant)).map(({ generation }) => generation))).toBeLessThanOrEqual(3);
    } finally {
      await fast.close();
    }
  });
});
