import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#database';
import { OpenDeliveryStore, PayloadEraser, recordAttempts } from '#deliveries';
import { EndpointRemainsStore } from '#endpoints';
import { FixedClock, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { PayloadErasureStore } from '#tenants';
import { Erasure } from '#upkeep';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';
import { DAY_MS, OldTraffic } from './old-traffic.js';

const MINUTE_MS = 60_000;

let bench: StoreBench;
let db: Database;
let endpoint: { tenantId: Uuid; endpointId: Uuid };
let old: OldTraffic;

beforeEach(async () => {
  bench = await openStoreBench();
  db = bench.db;
  endpoint = await bench.anEndpoint();
  old = new OldTraffic(db, endpoint);
});
afterEach(() => bench.close());

function erasureAt(clock: FixedClock, payloads?: PayloadEraser): Erasure {
  const open = new OpenDeliveryStore(db);
  const stores = {
    open,
    payloads: payloads ?? new PayloadEraser(db, open),
    tenants: new PayloadErasureStore(db),
    endpoints: new EndpointRemainsStore(db),
  };
  return new Erasure(stores, clock, new Metrics({ processDefaults: false }), { info: () => undefined });
}

const keepFor = (tenantId: Uuid, days: number): Promise<unknown> =>
  db.query(`UPDATE tenants SET settings = jsonb_build_object('payloadRetentionDays', $2::int) WHERE id = $1`, [
    tenantId,
    days,
  ]);

async function isErased(eventId: Uuid): Promise<boolean> {
  const [row] = await db.query<{ data: unknown; metadata: unknown; headers: unknown; type: string }>(
    `SELECT data, metadata, headers, type FROM events WHERE id = $1`,
    [eventId],
  );
  expect(row!.type).toBe('a.b');
  const kept = [row!.data, row!.metadata, row!.headers].filter((part) => part !== null).length;
  expect([0, 3]).toContain(kept);
  return kept === 0;
}

const answersOf = async (deliveryId: Uuid): Promise<(string | null)[]> =>
  (await bench.attemptsOf(deliveryId)).map(({ response_body }) => response_body);

describe('payload retention of a tenant', () => {
  it('erases payloads and answers of that age, of that tenant alone, and keeps the record', async () => {
    const other = await bench.anEndpoint();
    const now = Date.now();
    const [aged, young] = [now - 3 * DAY_MS - 1, now - 3 * DAY_MS + 1];
    await keepFor(endpoint.tenantId, 3);
    const events = [await old.event(aged), await old.event(young)] as const;
    const deliveries = [await old.ended(events[0], aged), await old.ended(events[1], young)] as const;
    const theirs = await new OldTraffic(db, other).event(aged);
    await erasureAt(new FixedClock(now)).eraseOld();
    expect(await Promise.all([...events, theirs].map(isErased))).toEqual([true, false, false]);
    expect(await answersOf(deliveries[0])).toEqual([null]);
    expect(await answersOf(deliveries[1])).toEqual(['you sent 4711']);
    expect(await bench.ended(deliveries[0])).toMatchObject({ status: 'succeeded' });
  });

  it('erases the answers of a replay too, which is younger than its event', async () => {
    const now = Date.now();
    await keepFor(endpoint.tenantId, 3);
    const event = await old.event(now - 4 * DAY_MS);
    const replay = await old.ended(event, now - DAY_MS);
    await erasureAt(new FixedClock(now)).eraseOld();
    expect(await answersOf(replay)).toEqual([null]);
  });

  it('cancels what is still open, and erases the answer that it gets in flight', async () => {
    const now = Date.now();
    await keepFor(endpoint.tenantId, 3);
    const event = await old.event(now - 4 * DAY_MS);
    const id = await old.open(event, now - 4 * DAY_MS, { waiting_for: `'sending'` });
    const clock = new FixedClock(now);
    await erasureAt(clock).eraseOld();
    expect(await bench.ended(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'payload_erased' });
    await recordAttempts(db, [anAttempt({ deliveryId: id, generation: 1, attempts: 0 })]);
    expect(await answersOf(id)).toEqual(['ok "quoted" \\ {braced}']);
    clock.advance(6 * MINUTE_MS);
    await erasureAt(clock).eraseLateAnswers();
    expect(await answersOf(id)).toEqual([null]);
    expect(await db.query('SELECT FROM late_answers')).toEqual([]);
  });

  it('does not look again at what it has erased, and goes on from there', async () => {
    const now = Date.now();
    await keepFor(endpoint.tenantId, 3);
    const first = await old.event(now - 5 * DAY_MS);
    const second = await old.event(now - 2 * DAY_MS);
    const clock = new FixedClock(now);
    expect((await erasureAt(clock).eraseOld()).done).toBe(1);
    expect((await erasureAt(clock).eraseOld()).done).toBe(0);
    clock.advance(2 * DAY_MS);
    expect((await erasureAt(clock).eraseOld()).done).toBe(1);
    expect([await isErased(first), await isErased(second)]).toEqual([true, true]);
  });

  it('goes on where it was when the process died in the middle', async () => {
    const now = Date.now();
    await keepFor(endpoint.tenantId, 3);
    const at = now - 4 * DAY_MS;
    const event = await old.event(at);
    await db.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
       SELECT (left(id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, tenant_id, type, data, occurred_at, created_at
         FROM events, generate_series(1, 450) n WHERE id = $1`,
      [event],
    );
    class Dying extends PayloadEraser {
      private parts = 0;
      override eraseOfTenant(...args: Parameters<PayloadEraser['eraseOfTenant']>) {
        if (++this.parts === 3) throw new Error('killed');
        return super.eraseOfTenant(...args);
      }
    }
    const clock = new FixedClock(now);
    const left = async (): Promise<number> => (await db.query('SELECT FROM events WHERE data IS NOT NULL')).length;
    const dying = new Dying(db, new OpenDeliveryStore(db));
    await expect(erasureAt(clock, dying).eraseOld()).rejects.toThrow('killed');
    expect(await left()).toBe(51);
    expect((await erasureAt(clock).eraseOld()).done).toBe(51);
    expect(await left()).toBe(0);
  });
});

describe('a deleted tenant', () => {
  const deleted = async (askedAtMs: number): Promise<void> => {
    await db.query(`UPDATE tenants SET deleted_at = now(), metadata = '{"k":1}' WHERE id = $1`, [endpoint.tenantId]);
    await db.query(`INSERT INTO payload_erasures (tenant_id, asked_at) VALUES ($1, $2)`, [
      endpoint.tenantId,
      new Date(askedAtMs),
    ]);
  };

  it('is erased: what is open, secrets and headers at once, payloads and answers when nothing is in flight', async () => {
    const now = Date.now();
    const { tenantId, endpointId } = endpoint;
    const other = await bench.anEndpoint();
    const theirs = await new OldTraffic(db, other).event(now - DAY_MS);
    await db.query(`UPDATE endpoints SET sealed_headers = 'x', description = 'd'`);
    for (const id of [endpointId, other.endpointId]) {
      await db.query(
        `INSERT INTO endpoint_versions (endpoint_id, version, url, sealed_headers, payload_format)
         VALUES ($1, 1, 'https://example.com', 'x', 'standard')`,
        [id],
      );
      await db.query(`INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret) VALUES ($1, $1, 'x')`, [id]);
    }
    const events = [await old.event(now - 9 * DAY_MS), await old.event(now - 1)] as const;
    const delivery = await old.ended(events[0], now - 9 * DAY_MS);
    const open = await old.open(events[1], now - 1);
    await deleted(now);
    const clock = new FixedClock(now);
    await erasureAt(clock).eraseDeletedTenants();
    expect(await bench.ended(open)).toMatchObject({ status: 'cancelled', cancel_reason: 'tenant_deleted' });
    const sealed = `SELECT endpoint_id AS id FROM endpoint_secrets
       UNION ALL SELECT endpoint_id FROM endpoint_versions WHERE sealed_headers IS NOT NULL
       UNION ALL SELECT id FROM endpoints WHERE sealed_headers IS NOT NULL OR description IS NOT NULL`;
    expect(await db.query(sealed)).toEqual([1, 2, 3].map(() => ({ id: other.endpointId })));
    expect(await Promise.all(events.map(isErased))).toEqual([false, false]);

    await recordAttempts(db, [anAttempt({ deliveryId: open, generation: 1, attempts: 0 })]);
    clock.advance(6 * MINUTE_MS);
    await erasureAt(clock).eraseDeletedTenants();
    expect(await Promise.all([...events, theirs].map(isErased))).toEqual([true, true, false]);
    expect([await answersOf(delivery), await answersOf(open)]).toEqual([[null], [null]]);
    expect(await db.query('SELECT FROM payload_erasures')).toEqual([]);
    const [tenant] = await db.query<{ metadata: object }>(`SELECT metadata FROM tenants WHERE id = $1`, [tenantId]);
    expect(tenant!.metadata).toEqual({});
    expect(await erasureAt(clock).eraseDeletedTenants()).toEqual({ done: 0, hasMore: false });
  });

  it('is erased in parts, and another one has its turn meanwhile', async () => {
    const now = Date.now();
    const at = now - DAY_MS;
    const event = await old.event(at);
    await db.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
       SELECT (left(id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, tenant_id, type, data, occurred_at, created_at
         FROM events, generate_series(1, 2500) n WHERE id = $1`,
      [event],
    );
    await deleted(now - DAY_MS / 2);
    const other = await bench.anEndpoint();
    await keepFor(other.tenantId, 1);
    const theirs = await new OldTraffic(db, other).event(at - 1);
    const erasure = erasureAt(new FixedClock(now));
    expect(await erasure.eraseDeletedTenants()).toMatchObject({ done: 2_000, hasMore: true });
    await erasure.eraseOld();
    expect(await isErased(theirs)).toBe(true);
    expect(await erasure.eraseDeletedTenants()).toMatchObject({ done: 501, hasMore: false });
  });
});
