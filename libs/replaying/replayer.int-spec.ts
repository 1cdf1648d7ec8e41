import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '#audit';
import type { Config } from '#config';
import type { Database, Statement } from '#database';
import { recordAttempts } from '#deliveries';
import { DatabaseClock, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';
import { anAttempt, openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Replayer, type ReplayScope } from './replayer.js';

const EVERYTHING: ReplayScope = { tenantIds: null, publishedBy: null };

interface Ended {
  delivery: Uuid;
  deadLetter: Uuid;
  event: Uuid;
}

describe(Replayer, () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
  });

  const id = () => newUuid(Date.now());

  /** A replayer over a database of which `query` may have its own view. */
  function aReplayer(query: Database['query'] = (...args) => bench.db.query(...args)): Replayer {
    const config = { retention: { days: 30 } } as Config;
    return new Replayer({ query } as Database, new DatabaseClock(), config);
  }

  const nameOf = (sql: string | Statement): string => (typeof sql === 'string' ? sql : sql.name);

  async function end(deliveryId: Uuid, next: 'succeeded' | 'dead'): Promise<Uuid> {
    const deadLetterId = id();
    const failed = {
      statusCode: 500,
      errorCode: 'status',
      next: { to: 'dead', reason: 'exhausted', deadLetterId },
    } as const;
    const record = anAttempt({ deliveryId, generation: 1, attempts: 0 }, next === 'dead' ? failed : {});
    await recordAttempts(bench.db, [record]);
    return deadLetterId;
  }

  async function anEnded(next: 'succeeded' | 'dead' = 'dead', of = endpoint): Promise<Ended> {
    const delivery = await bench.anOpenDelivery(of);
    const [row] = await bench.db.query<{ event: Uuid }>(`SELECT event_id AS event FROM open_deliveries WHERE id = $1`, [
      delivery,
    ]);
    return { delivery, deadLetter: await end(delivery, next), event: row!.event };
  }

  const some = (count: number, next: 'succeeded' | 'dead' = 'dead') =>
    Promise.all(Array.from({ length: count }, () => anEnded(next)));

  const openOf = async (originals: readonly Ended[]): Promise<Uuid[]> => {
    const rows = await bench.db.query<{ id: Uuid }>(`SELECT id FROM open_deliveries WHERE replay_of = ANY ($1)`, [
      originals.map(({ delivery }) => delivery),
    ]);
    return rows.map((row) => row.id);
  };

  const resolutionOf = async ({ deadLetter }: Ended): Promise<[string | null, string | null]> => {
    const [row] = await bench.db.query<{ resolution: string | null; note: string | null }>(
      `SELECT resolution, note FROM dead_letters WHERE id = $1`,
      [deadLetter],
    );
    return [row!.resolution, row!.note];
  };

  /** `opened`, `none`, or the code of the refusal. */
  const become = async (replays: readonly Promise<unknown>[]): Promise<string[]> =>
    (await Promise.allSettled(replays)).map((one) => {
      if (one.status === 'fulfilled') return one.value === null ? 'none' : 'opened';
      return one.reason instanceof PosthornError ? one.reason.code : String(one.reason);
    });

  it('opens all that is asked for together with one statement, and tells the pumps once', async () => {
    const letters = await some(12);
    const statements: string[] = [];
    const replayer = aReplayer((sql, values) => {
      statements.push(nameOf(sql));
      return bench.db.query(sql, values);
    });
    const replays = await Promise.all(
      letters.map(({ deadLetter }, n) => replayer.replayDeadLetter(SYSTEM, deadLetter, EVERYTHING, `note ${n}`)),
    );
    expect(statements).toEqual(['replay', expect.stringContaining('pg_notify')]);
    expect(replays.map((one) => one!.replayOf)).toEqual(letters.map(({ delivery }) => delivery));
    expect((await openOf(letters)).sort()).toEqual(replays.map((one) => one!.id).sort());
    expect(await Promise.all(letters.map(resolutionOf))).toEqual(letters.map((_, n) => ['replayed', `note ${n}`]));
  });

  it('answers each of a group for itself, in order', async () => {
    const replayer = aReplayer();
    const [dead, erased, expired, old, still, foreign] = await some(6);
    const [succeeded] = await some(1, 'succeeded');
    const elsewhere = await bench.anEndpoint();
    const disabled = await anEnded('dead', elsewhere);
    await bench.db.query(`UPDATE endpoints SET status = 'disabled' WHERE id = $1`, [elsewhere.endpointId]);
    const gone = await bench.anEndpoint();
    const deleted = await anEnded('dead', gone);
    await bench.db.query(`UPDATE tenants SET deleted_at = clock_timestamp() WHERE id = $1`, [gone.tenantId]);
    await bench.db.query(`UPDATE events SET data = NULL WHERE id = $1`, [erased!.event]);
    await bench.db.query(`UPDATE events SET expires_at = clock_timestamp() WHERE id = $1`, [expired!.event]);
    await bench.db.query(`UPDATE events SET created_at = created_at - interval '30 days' WHERE id = $1`, [old!.event]);
    await replayer.replayDelivery(SYSTEM, still!.delivery, EVERYTHING);
    const open = await bench.anOpenDelivery(endpoint);
    const stranger: ReplayScope = { tenantIds: [elsewhere.tenantId], publishedBy: null };
    const publisher: ReplayScope = { tenantIds: null, publishedBy: id() };
    const own: ReplayScope = { tenantIds: [endpoint.tenantId, elsewhere.tenantId], publishedBy: null };
    expect(
      await become([
        replayer.replayDeadLetter(SYSTEM, dead!.deadLetter, own),
        replayer.replayDeadLetter(SYSTEM, erased!.deadLetter, EVERYTHING),
        replayer.replayDelivery(SYSTEM, expired!.delivery, EVERYTHING),
        replayer.replayDelivery(SYSTEM, old!.delivery, EVERYTHING),
        replayer.replayDelivery(SYSTEM, still!.delivery, EVERYTHING),
        replayer.replayDeadLetter(SYSTEM, still!.deadLetter, EVERYTHING),
        replayer.replayDelivery(SYSTEM, open, EVERYTHING),
        replayer.replayDeadLetter(SYSTEM, disabled.deadLetter, EVERYTHING),
        replayer.replayDeadLetter(SYSTEM, deleted.deadLetter, EVERYTHING),
        replayer.replayDelivery(SYSTEM, succeeded!.delivery, EVERYTHING),
        replayer.replayDeadLetter(SYSTEM, foreign!.deadLetter, stranger),
        replayer.replayDelivery(SYSTEM, foreign!.delivery, stranger),
        replayer.replayDelivery(SYSTEM, foreign!.delivery, publisher),
        replayer.replayDeadLetter(SYSTEM, id(), EVERYTHING),
        replayer.replayDelivery(SYSTEM, id(), EVERYTHING),
      ]),
    ).toEqual([
      'opened',
      'event_expired',
      'event_expired',
      'event_expired',
      'not_replayable',
      'already_resolved',
      'not_replayable',
      'not_replayable',
      'not_replayable',
      'opened',
      'none',
      'none',
      'none',
      'none',
      'none',
    ]);
    // What was refused is still there to be replayed.
    for (const letter of [erased!, disabled, deleted, foreign!])
      expect(await resolutionOf(letter)).toEqual([null, null]);
  });

  it('lets the first of those for one event and endpoint through, and tells the others why not', async () => {
    const [twice, both] = await some(2);
    const replayer = aReplayer();
    const replays = [
      replayer.replayDeadLetter(SYSTEM, twice!.deadLetter, EVERYTHING, 'first'),
      replayer.replayDeadLetter(SYSTEM, twice!.deadLetter, EVERYTHING, 'second'),
      replayer.replayDelivery(SYSTEM, both!.delivery, EVERYTHING, 'first'),
      replayer.replayDeadLetter(SYSTEM, both!.deadLetter, EVERYTHING, 'second'),
      replayer.replayDelivery(SYSTEM, both!.delivery, EVERYTHING, 'third'),
    ];
    expect(await become(replays)).toEqual([
      'opened',
      'already_resolved',
      'opened',
      'already_resolved',
      'not_replayable',
    ]);
    expect([await resolutionOf(twice!), await resolutionOf(both!)]).toEqual([
      ['replayed', 'first'],
      ['replayed', 'first'],
    ]);
    const winner = (await replays[2]!)!.id;
    await expect(replays[4]).rejects.toThrow(
      `${toTypeId('dlv', winner)} is still open for the same event and endpoint.`,
    );
  });

  it.each(['dead', 'succeeded'] as const)('opens one replay of what is %s, through whichever process', async (how) => {
    const originals = await some(10, how);
    const replayAll = (replayer: Replayer, of: readonly Ended[]) =>
      become(of.map(({ delivery }) => replayer.replayDelivery(SYSTEM, delivery, EVERYTHING)));
    const others: Promise<string[]>[] = [];
    const first = await bench.db.transaction(async (tx) => {
      const opened = await replayAll(
        aReplayer((...args) => tx.query(...args)),
        originals,
      );
      others.push(replayAll(aReplayer(), originals.toReversed()));
      // It has judged them by what is committed, and waits for us with the first that it opens.
      await waitFor(async () =>
        expect(await bench.db.query(`SELECT FROM pg_locks WHERE NOT granted AND locktype <> 'relation'`)).not.toEqual(
          [],
        ),
      );
      return opened;
    });
    expect([first, ...(await Promise.all(others))]).toEqual([
      originals.map(() => 'opened'),
      originals.map(() => 'not_replayable'),
    ]);
    expect(await openOf(originals)).toHaveLength(originals.length);
  });

  it('finds what is open by its event in a kept plan too, never by reading the backlog of an endpoint', async () => {
    const plans: string[] = [];
    const replayer = aReplayer(async (sql, values) => {
      if (typeof sql !== 'string' && sql.name === 'replay') {
        const plan = await bench.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${sql.text}`);
        plans.push(plan.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return bench.db.query(sql, values);
    });
    expect(await replayer.replayDelivery(SYSTEM, (await anEnded()).delivery, EVERYTHING)).not.toBeNull();
    expect(plans).toEqual([expect.stringContaining('open_deliveries_event_idx')]);
    expect(plans[0]).not.toMatch(
      /Seq Scan on (open_)?deliveries|Seq Scan on dead_letters|endpoint_idx|turn_idx|unresolved/,
    );
  });

  it('tries again after a deadlock', async () => {
    const [letter] = await some(1);
    let isFirst = true;
    const replayer = aReplayer(async (sql, values) => {
      if (nameOf(sql) === 'replay' && isFirst) {
        isFirst = false;
        throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      }
      return bench.db.query(sql, values);
    });
    expect(await replayer.replayDeadLetter(SYSTEM, letter!.deadLetter, EVERYTHING)).toMatchObject({
      replayOf: letter!.delivery,
    });
  });

  it.each<[string, 'open' | 'ended']>([
    ['still open', 'open'],
    ['delivered meanwhile', 'ended'],
  ])('finds its own replays, %s, when the answer was lost after the commit', async (_, state) => {
    const [succeeded] = await some(1, 'succeeded');
    const letters = [...(await some(3)), succeeded!];
    let isFirst = true;
    const replayer = aReplayer(async (sql, values) => {
      const rows = await bench.db.query(sql, values);
      if (nameOf(sql) === 'replay' && isFirst) {
        isFirst = false;
        for (const replay of state === 'ended' ? await openOf(letters) : []) await end(replay, 'succeeded');
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      }
      return rows as never;
    });
    const replays = await Promise.all(
      letters.map(({ delivery }) => replayer.replayDelivery(SYSTEM, delivery, EVERYTHING)),
    );
    expect(replays.map((one) => one!.replayOf)).toEqual(letters.map(({ delivery }) => delivery));
    const ids = replays.map((one) => one!.id).sort();
    expect((await openOf(letters)).sort()).toEqual(state === 'open' ? ids : []);
    const ended = await bench.db.query<{ id: Uuid }>(
      `SELECT id FROM deliveries WHERE replay_of = ANY ($1) ORDER BY id`,
      [letters.map(({ delivery }) => delivery)],
    );
    expect(ended.map((row) => row.id)).toEqual(state === 'ended' ? ids : []);
  });

  it('takes a refusal by itself for success, when the lost statement was still at work', async () => {
    const [letter] = await some(1);
    let lost: (() => Promise<unknown>) | null = null;
    let isCommitted = false;
    const replayer = aReplayer(async (sql, values) => {
      if (nameOf(sql) === 'replay' && lost === null) {
        lost = () => bench.db.query(sql, values);
        throw new Error('Connection terminated unexpectedly');
      }
      const rows = await bench.db.query(sql, values);
      // Committed only after its repetition has looked for it.
      if (nameOf(sql) === 'replayed' && !isCommitted) {
        isCommitted = true;
        await lost!();
      }
      return rows as never;
    });
    const replay = await replayer.replayDeadLetter(SYSTEM, letter!.deadLetter, EVERYTHING, 'once');
    expect(await openOf([letter!])).toEqual([replay!.id]);
    expect(await resolutionOf(letter!)).toEqual(['replayed', 'once']);
  });
});
