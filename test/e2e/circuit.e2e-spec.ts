import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type PlatformOptions,
  QUEUE_KINDS,
  type QueueKind,
  startPlatform,
  type TestPlatform,
} from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { IN_TIME } from '../support/in-time.js';

/** A circuit that opens soon and is probed soon. */
const QUICK = {
  minAttempts: 5,
  runLength: 5,
  runSpanMs: 0,
  firstWaitMs: 300,
  longestWaitMs: 600,
  firstCatchUpRate: 100,
  apartMs: 2,
};

/** Once it is open it stays so. */
const LASTING = { ...QUICK, firstWaitMs: 3_600_000, longestWaitMs: 3_600_000 };

/** Several rounds of probes, two workers: the waits in these tests add up to more than the usual bound. */
const PATIENCE_MS = 300_000;

const PATIENT = { retrySchedule: [3_600, 3_600, 3_600] };

describe('a circuit', () => {
  let platform: TestPlatform;
  let receiver: Receiver;

  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await platform.close();
    await receiver.close();
  });

  const start = async (circuits: PlatformOptions['circuits'], queue: QueueKind = 'postgres') =>
    (platform = await startPlatform({ queue, circuits }));

  const publishMany = async (tenant: string, count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, n) => ({ tenant, type: 'a.b', data: { n } }));
    for (let from = 0; from < count; from += 500) {
      await platform.api.post('/v1/events/batch', { events: events.slice(from, from + 500) });
    }
  };

  const endpointOf = async (tenant: string, endpoint: string) =>
    (await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}`)).body;

  const becomes = (tenant: string, endpoint: string, state: string) =>
    waitFor(async () => {
      const { circuit } = await endpointOf(tenant, endpoint);
      expect(circuit).toMatchObject({ state });
      return circuit as { since: string; reason: string };
    });

  const openRows = () =>
    platform.db.query<{ generation: number; attempts: number; waiting_for: string }>(
      `SELECT generation, attempts, waiting_for FROM open_deliveries ORDER BY id`,
    );

  it.each(QUEUE_KINDS)(
    'opens, tries one delivery at a time, closes, and delivers everything, over two workers, with %s as the queue',
    async (queue) => {
      await start(QUICK, queue);
      platform.anotherWorker();
      const { tenant, endpoint } = await platform.aTenantAt(receiver, { retrySchedule: [1, 1, 1, 1, 1, 1] });
      receiver.answer(500);
      await publishMany(tenant, 20);
      const { reason, since } = await becomes(tenant, endpoint, 'open');
      expect(reason).toMatch(/failed .* the last with status 500\.$/);
      expect(Date.parse(since)).toBeGreaterThan(Date.now() - 60_000);

      // What was under way when it opened has ended.
      await waitFor(async () => {
        const rows = await openRows();
        expect(rows.filter(({ waiting_for }) => waiting_for !== 'circuit' && waiting_for !== 'retry')).toEqual([]);
      });
      let underWay = 0;
      let mostAtOnce = 0;
      const before = receiver.requests.length;
      receiver.answer((_request, response) => {
        mostAtOnce = Math.max(mostAtOnce, ++underWay);
        setTimeout(() => {
          underWay -= 1;
          response.writeHead(500).end();
        }, 50);
      });
      await publishMany(tenant, 100);
      await waitFor(() => expect(receiver.requests.length).toBeGreaterThanOrEqual(before + 3));
      expect(mostAtOnce).toBe(1);

      receiver.answer(200);
      await waitFor(async () => expect(await openRows()).toEqual([]));
      const ends = await platform.db.query(`SELECT status, count(*)::int FROM deliveries GROUP BY status`);
      expect(ends).toEqual([{ status: 'succeeded', count: 120 }]);
      expect(await becomes(tenant, endpoint, 'closed')).toMatchObject({
        reason: 'A probe was answered with status 200.',
      });
      const [most] = await platform.db.query<{ attempts: number }>(
        `SELECT max(attempts)::int AS attempts FROM deliveries`,
      );
      expect(most!.attempts).toBeLessThanOrEqual(7);
    },
    PATIENCE_MS,
  );

  it.each(QUEUE_KINDS)(
    'writes a waiting delivery at most five times, makes no job for it, and spends no attempt, with %s',
    async (queue) => {
      // Probes go on failing: the first slots come and go with the circuit open.
      await start({ ...QUICK, longestWaitMs: 3_600_000 }, queue);
      const add = vi.spyOn(platform.deps.queue, 'add');
      const jobsMade = () => add.mock.calls.reduce((sum, [jobs]) => sum + jobs.length, 0);
      const { tenant, endpoint } = await platform.aTenantAt(receiver, PATIENT);
      receiver.answer(500);
      await publishMany(tenant, 20);
      await becomes(tenant, endpoint, 'open');
      await publishMany(tenant, 300);
      const untried = async () => (await openRows()).filter(({ attempts }) => attempts === 0);
      // By then each of them has met its slot.
      const waiting = await waitFor(async () => {
        const rows = await untried();
        expect(rows.length).toBeGreaterThan(250);
        expect(Math.min(...rows.map(({ generation }) => generation))).toBeGreaterThanOrEqual(4);
        expect(new Set(rows.map(({ waiting_for }) => waiting_for))).toEqual(new Set(['circuit']));
        return rows;
      });
      expect(Math.max(...waiting.map(({ generation }) => generation))).toBeLessThanOrEqual(5);
      await waitFor(async () => expect(await platform.deps.queue.depth()).toBe(0));
      const made = jobsMade();
      expect(made).toBeLessThanOrEqual(20 + 300);

      receiver.answer(200);
      await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/resume`);
      await waitFor(async () => expect(await untried()).toEqual([]));
      expect(jobsMade()).toBe(made);
    },
    PATIENCE_MS,
  );

  it('stays open over a restart of the worker, and is closed by whoever resumes the endpoint', async () => {
    await start(LASTING);
    const { tenant, endpoint } = await platform.aTenantAt(receiver, PATIENT);
    receiver.answer(500);
    await publishMany(tenant, 10);
    await becomes(tenant, endpoint, 'open');
    await platform.worker.stop(5_000);
    receiver.answer(200);
    const before = receiver.requests.length;
    platform.anotherWorker();
    const id = await platform.publish(tenant);
    const waits = await waitFor(async () => {
      const [delivery] = await platform.deliveriesOf(id);
      expect(delivery).toMatchObject({ status: 'pending', waitingFor: 'circuit', attemptCount: 0 });
      return delivery!;
    });
    expect(Date.parse(waits.nextAttemptAt!)).toBeGreaterThan(Date.now());
    expect(receiver.requests).toHaveLength(before);
    const health = (await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}/health`)).body;
    expect(health['circuit']).toMatchObject({ state: 'open', nextProbeAt: expect.any(String) });

    const { body } = await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/resume`);
    expect(body['circuit']).toMatchObject({ state: 'closed', reason: 'The endpoint was resumed.' });
    await waitFor(async () => expect(await platform.deliveriesOf(id)).toMatchObject([{ status: 'succeeded' }]));
  });

  it('is closed by a test that the endpoint answers, and not by one that it does not', async () => {
    await start(LASTING);
    const { tenant, endpoint } = await platform.aTenantAt(receiver, PATIENT);
    receiver.answer(500);
    await publishMany(tenant, 10);
    await becomes(tenant, endpoint, 'open');
    await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/test`);
    await becomes(tenant, endpoint, 'open');
    receiver.answer(204);
    await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/test`);
    expect(await becomes(tenant, endpoint, 'closed')).toMatchObject({ reason: 'A test was answered with status 204.' });
  });

  it('tries a replay at once, whatever the time of the next probe', async () => {
    await start({ ...LASTING, hurryGapMs: 0 });
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { retrySchedule: [] });
    receiver.answer(500);
    await publishMany(tenant, 10);
    await becomes(tenant, endpoint, 'open');
    await waitFor(async () => expect(await openRows()).toHaveLength(0));
    const { body } = await platform.api.get(`/v1/deliveries?endpoint=${endpoint}&status=dead`);
    receiver.answer(200);
    const [dead] = body['data'] as { id: string }[];
    await platform.api.post(`/v1/deliveries/${dead!.id}/replay`);
    expect(await becomes(tenant, endpoint, 'closed')).toMatchObject({
      reason: 'A probe was answered with status 200.',
    });
  });

  it('leaves an endpoint in peace that answers 503 with Retry-After, and then goes on', IN_TIME, async () => {
    await start(QUICK);
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { retrySchedule: [1, 1, 1] });
    receiver.answer({ status: 503, headers: { 'retry-after': '2' } }, 200);
    const first = await platform.publish(tenant);
    await receiver.received(1);
    const pausedAt = Date.now();
    const throttleOf = async () =>
      (await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}/health`)).body['throttle'];
    await waitFor(async () =>
      expect(await throttleOf()).toMatchObject({ state: 'paused', reason: 'It answered with status 503.' }),
    );
    const second = await platform.publish(tenant);
    await waitFor(async () =>
      expect(await platform.deliveriesOf(second)).toMatchObject([{ waitingFor: 'rate_limit', attemptCount: 0 }]),
    );
    for (const id of [first, second]) {
      await waitFor(async () => expect(await platform.deliveriesOf(id)).toMatchObject([{ status: 'succeeded' }]));
    }
    expect(receiver.requests[1]!.receivedAt.getTime() - pausedAt).toBeGreaterThan(1_500);
    expect((await platform.deliveriesOf(second))[0]).toMatchObject({ attemptCount: 1 });
    expect(await throttleOf()).toMatchObject({ state: 'slowed', until: null });
    expect(await becomes(tenant, endpoint, 'closed')).toMatchObject({ since: null });
  });

  it('opens for an endpoint that asks for a long pause, and does not try it before', async () => {
    await start(QUICK);
    const { tenant, endpoint } = await platform.aTenantAt(receiver, PATIENT);
    receiver.answer({ status: 429, headers: { 'retry-after': '31536000' } }, 200);
    await platform.publish(tenant);
    const { reason } = await becomes(tenant, endpoint, 'open');
    expect(reason).toBe('It asked for 86400 s of peace, with status 429.');
    const { circuit } = (await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}/health`)).body as {
      circuit: { nextProbeAt: string };
    };
    expect(Date.parse(circuit.nextProbeAt) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const id = await platform.publish(tenant);
    await waitFor(async () => expect(await platform.deliveriesOf(id)).toMatchObject([{ waitingFor: 'circuit' }]));
    expect(receiver.requests).toHaveLength(1);
  });

  it('never comes to know of an endpoint that does not fail', async () => {
    await start(QUICK);
    const { tenant } = await platform.aTenantAt(receiver);
    receiver.answer(404);
    await publishMany(tenant, 30);
    await waitFor(() => expect(receiver.requests.length).toBeGreaterThanOrEqual(120));
    expect(await platform.db.query('SELECT FROM endpoint_circuits')).toEqual([]);
  });
});
