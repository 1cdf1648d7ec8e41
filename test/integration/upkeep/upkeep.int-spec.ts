import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '#config';
import { listPartitions, partitionName } from '#database';
import { OpenDeliveryStore } from '#deliveries';
import { DatabaseClock } from '#kernel';
import { Metrics } from '#telemetry';
import { retentionTasks, Upkeep, type UpkeepTask } from '#upkeep';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';
import { newsOf, subscribe } from '../../support/operational-events.js';
import { DAY_MS, dayOf, OldTraffic } from './old-traffic.js';

describe(Upkeep, () => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());

  const warnings: object[] = [];
  const log = { info: () => undefined, warn: (facts: object) => void warnings.push(facts) };

  const upkeepWith = (tasks: readonly UpkeepTask[]): Upkeep =>
    new Upkeep(
      bench.db,
      new OpenDeliveryStore(bench.db),
      bench.endpointSwitch(),
      new DatabaseClock(),
      new Metrics({ processDefaults: false }),
      log,
      tasks,
    );

  it('does all that retention and erasure want done, in the order that lets days go', async () => {
    const { db } = bench;
    const endpoint = await bench.anEndpoint();
    const old = new OldTraffic(db, endpoint);
    const at = Date.now() - 40 * DAY_MS;
    const held = await old.open(await old.event(at), at, { due_at: `'infinity'`, waiting_for: `'held'` });
    await db.query(`UPDATE endpoints SET status = 'paused' WHERE id = $1`, [endpoint.endpointId]);
    const config = { retention: { days: 30, auditDays: 365 }, database: { directUrl: bench.url } } as Config;
    const metrics = new Metrics({ processDefaults: false });
    const deliveries = new OpenDeliveryStore(db);
    const upkeep = upkeepWith(retentionTasks({ config, db, deliveries, clock: new DatabaseClock(), metrics, log }));
    upkeep.start();
    await waitFor(async () => expect(await listPartitions(db)).not.toContain(partitionName('events', at)));
    await upkeep.stop();
    expect(await bench.open(held)).toBeUndefined();
    expect(warnings.filter((facts) => 'task' in facts)).toEqual([]);
  });

  it('tells tenants who ask for it of dead letters that go soon, and until when they can be replayed', async () => {
    const { db } = bench;
    const [endpoint, deaf] = [await bench.anEndpoint(), await bench.anEndpoint()];
    await subscribe(db, endpoint, ['posthorn.*']);
    // As if nobody had been told of anything before.
    await db.query(`DELETE FROM upkeep_marks`);
    // Their day is dropped in two days.
    const at = dayOf(Date.now()) - 29 * DAY_MS;
    for (const one of [endpoint, deaf]) {
      const old = new OldTraffic(db, one);
      await old.ended(await old.event(at), at, 'dead');
    }
    const config = { retention: { days: 30, auditDays: 365 }, database: { directUrl: bench.url } } as Config;
    const metrics = new Metrics({ processDefaults: false });
    const deliveries = new OpenDeliveryStore(db);
    const tasks = retentionTasks({ config, db, deliveries, clock: new DatabaseClock(), metrics, log });
    await tasks.find(({ name }) => name === 'expiring dead letters')!.run();
    expect(await newsOf(db, endpoint.tenantId)).toEqual([
      {
        type: 'posthorn.dead_letters.expiring',
        subject: null,
        data: { count: 1, expireBefore: new Date(at + 30 * DAY_MS).toISOString() },
      },
    ]);
    expect(await newsOf(db, deaf.tenantId)).toEqual([]);
  });

  it('is done by one process at a time', async () => {
    const seen: string[] = [];
    const task = (who: string): UpkeepTask => ({
      name: who,
      everyMs: 60_000,
      run: async () => seen.push(who),
      leave: () => void seen.push(`not ${who}`),
    });
    const [first, second] = [upkeepWith([task('first')]), upkeepWith([task('second')])];
    first.start();
    await waitFor(() => expect(seen).toEqual(['first']));
    second.start();
    await waitFor(() => expect(seen).toEqual(['first', 'not second']));
    await Promise.all([first.stop(), second.stop()]);
  });
});
