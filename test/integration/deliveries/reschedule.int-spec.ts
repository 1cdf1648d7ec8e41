import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpenDeliveryStore } from '#deliveries';
import type { Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

describe(OpenDeliveryStore, () => {
  let bench: StoreBench;
  let store: OpenDeliveryStore;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new OpenDeliveryStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
  });

  const waits = (inMinutes: number, over: Record<string, string> = {}, of = endpoint) =>
    bench.anOpenDelivery(of, {
      due_at: `clock_timestamp() + interval '${inMinutes} minutes'`,
      waiting_for: `'rate_limit'`,
      ...over,
    });

  async function aLine({ endpointId }: { endpointId: Uuid }, nextInMinutes: number, began: string): Promise<void> {
    await bench.db.query(`UPDATE endpoints SET rate_limit = 1, rate_period_seconds = 60 WHERE id = $1`, [endpointId]);
    await bench.db.query(
      `INSERT INTO endpoint_runtime (endpoint_id, next_slot_at, timetable_began_at)
       VALUES ($1, clock_timestamp() + $2 * interval '1 minute', clock_timestamp() - $3::interval)`,
      [endpointId, nextInMinutes, began],
    );
  }

  describe('reschedule', () => {
    it('makes due what waits for a slot, in the order of the slots', async () => {
      const [last, first] = [await waits(30), await waits(10)];
      const tried = await waits(20, { attempts: '1' });
      expect(await store.reschedule(endpoint.endpointId)).toBe(3);
      const [a, b, c] = [await bench.open(first), await bench.open(tried), await bench.open(last)];
      expect([a!.waiting_for, b!.waiting_for, c!.waiting_for]).toEqual(['queue', 'retry', 'queue']);
      expect([a!.generation, b!.generation, c!.generation]).toEqual([2, 2, 2]);
      const due = await bench.db.query<{ id: Uuid }>(
        `SELECT id FROM open_deliveries WHERE endpoint_id = $1 ORDER BY due_at`,
        [endpoint.endpointId],
      );
      expect(due.map(({ id }) => id)).toEqual([first, tried, last]);
      expect(c!.due_in_ms).toBeLessThan(1_000);
    });

    it('leaves alone whatever else is open, and other endpoints', async () => {
      const others = [
        await waits(10, { waiting_for: `'retry'` }),
        await waits(10, { waiting_for: `'circuit'` }),
        await waits(10, { waiting_for: `'sending'` }),
        await bench.anOpenDelivery(endpoint, { due_at: `'infinity'`, waiting_for: `'held'` }),
        await waits(10, {}, await bench.anEndpoint(endpoint.tenantId)),
      ];
      expect(await store.reschedule(endpoint.endpointId)).toBe(0);
      for (const id of others) expect(await bench.open(id)).toMatchObject({ generation: 1 });
    });

    it('gets through more than one statement makes due', async () => {
      await bench.db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, waiting_for, due_at)
         SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, 1, clock_timestamp(), 'a', 'rate_limit',
                clock_timestamp() + n * interval '1 minute'
           FROM generate_series(1, 2500) n`,
        [endpoint.tenantId, endpoint.endpointId],
      );
      expect(await store.reschedule(endpoint.endpointId)).toBe(2_500);
    });
  });

  describe('rescheduleStrays', () => {
    it('finds what waits behind the end of a line that was begun anew', async () => {
      await aLine(endpoint, 15, '1 minute');
      const [inLine, stray] = [await waits(10), await waits(20)];
      expect(await store.rescheduleStrays()).toBe(1);
      expect(await bench.open(inLine)).toMatchObject({ generation: 1 });
      expect(await bench.open(stray)).toMatchObject({ generation: 2, waiting_for: 'queue' });
    });

    it('finds what waits for a limit that is no more', async () => {
      await aLine(endpoint, 15, '1 minute');
      await bench.db.query(`UPDATE endpoints SET rate_limit = NULL WHERE id = $1`, [endpoint.endpointId]);
      const waiting = await waits(10);
      expect(await store.rescheduleStrays()).toBe(1);
      expect(await bench.open(waiting)).toMatchObject({ generation: 2 });
    });

    it('does not look at lines that have been as they are for long', async () => {
      await aLine(endpoint, 15, '1 hour');
      await waits(20);
      expect(await store.rescheduleStrays()).toBe(0);
    });
  });
});
