import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SlotRequest, SlotStore } from '#endpoints';
import type { Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

const NEVER = 32_503_680_000_000;

describe(SlotStore, () => {
  let bench: StoreBench;
  let store: SlotStore;
  let endpointId: Uuid;

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new SlotStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpointId = await limited(6, 60);
  });

  async function limited(limit: number, periodSeconds: number): Promise<Uuid> {
    const made = await bench.anEndpoint();
    await bench.db.query(`UPDATE endpoints SET rate_limit = $2, rate_period_seconds = $3 WHERE id = $1`, [
      made.endpointId,
      limit,
      periodSeconds,
    ]);
    return made.endpointId;
  }

  const wants = (of: Uuid, later: number, over: Partial<SlotRequest> = {}): SlotRequest => ({
    endpointId: of,
    soon: 0,
    soonUntilMs: 0,
    later,
    laterUntilMs: NEVER,
    ...over,
  });

  const takeOne = async (request: SlotRequest) => (await store.reserve([request])).get(request.endpointId)!;

  it('gives the first slot at once and the others at the interval of the rate', async () => {
    const beforeMs = await bench.db.readClock();
    const run = await takeOne(wants(endpointId, 3));
    expect(run).toMatchObject({ everyMs: 10_000, count: 3 });
    expect(run.firstMs).toBeGreaterThanOrEqual(beforeMs);
    expect(run.firstMs).toBeLessThanOrEqual(await bench.db.readClock());
    const next = await takeOne(wants(endpointId, 2));
    expect(next.firstMs - run.firstMs).toBeCloseTo(30_000, 1);
  });

  it('gives no slot twice, however many ask at the same time', async () => {
    const other = await limited(1_000, 1);
    const requests = [wants(endpointId, 3), wants(other, 5)];
    const answers = await Promise.all(Array.from({ length: 20 }, () => store.reserve(requests)));
    for (const [id, everyMs, count] of [
      [endpointId, 10_000, 60],
      [other, 1, 100],
    ] as const) {
      const runs = answers.map((answer) => answer.get(id)!);
      const slots = runs.flatMap((run) => Array.from({ length: run.count }, (_, n) => run.firstMs + n * everyMs));
      const sorted = slots.toSorted((a, b) => a - b);
      expect(sorted).toHaveLength(count);
      // A tenth of a millisecond for times that are fractions.
      for (let n = 1; n < sorted.length; n++) expect(sorted[n]! - sorted[n - 1]!).toBeGreaterThan(everyMs - 0.1);
    }
  });

  it('takes no slot that comes too late for everybody', async () => {
    const nowMs = await bench.db.readClock();
    const run = await takeOne(wants(endpointId, 2, { soon: 50, soonUntilMs: nowMs + 45_000, laterUntilMs: NEVER }));
    expect(run.count).toBe(5 + 2);
    const none = await takeOne(
      wants(endpointId, 1, { soon: 1, soonUntilMs: nowMs + 45_000, laterUntilMs: nowMs + 45_000 }),
    );
    expect(none.count).toBe(0);
    const next = await takeOne(wants(endpointId, 1));
    expect(next.firstMs).toBeCloseTo(none.firstMs, 1);
  });

  it('lets slots that passed unused be: no burst makes up for them', async () => {
    await takeOne(wants(endpointId, 1));
    await bench.db.query(`UPDATE endpoint_runtime SET next_slot_at = clock_timestamp() - interval '1 hour'`);
    const beforeMs = await bench.db.readClock();
    const run = await takeOne(wants(endpointId, 2));
    expect(run.firstMs).toBeGreaterThanOrEqual(beforeMs);
    expect((await takeOne(wants(endpointId, 1))).firstMs - run.firstMs).toBeCloseTo(20_000, 1);
  });

  it('goes by the new rate when it has to wait for the change of the old one', async () => {
    await takeOne(wants(endpointId, 1));
    let reserving: ReturnType<typeof takeOne> | undefined;
    await bench.db.transaction(async (tx) => {
      await tx.query(`UPDATE endpoints SET rate_limit = 60 WHERE id = $1`, [endpointId]);
      await tx.query(`UPDATE endpoint_runtime SET slot_interval_ms = 1000 WHERE endpoint_id = $1`, [endpointId]);
      reserving = takeOne(wants(endpointId, 2));
      await waitFor(async () => {
        expect(
          await bench.db.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                                        AND datname = current_database()`),
        ).toHaveLength(1);
      });
    });
    expect(await reserving).toMatchObject({ everyMs: 1_000, count: 2 });
  });

  it('does not answer for an endpoint without a limit, and keeps nothing of it', async () => {
    const { endpointId: free } = await bench.anEndpoint();
    const answer = await store.reserve([wants(free, 3), wants(endpointId, 1)]);
    expect([...answer.keys()]).toEqual([endpointId]);
    expect(await bench.db.query(`SELECT 1 FROM endpoint_runtime WHERE endpoint_id = $1`, [free])).toEqual([]);
  });
});
