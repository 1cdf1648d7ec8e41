import { type Executor, intColumn, type Statement, uuidColumn } from '#database';
import type { Uuid } from '#kernel';
import { ENDED_COLUMNS, type EndedReplay } from './ended-replay.js';
import type { ReplaySelection } from './replay-selection.js';
import { SELECTION_COLUMNS, type SelectionRow, toSelection } from './replay.store.js';
import type { SkipReason } from './skip-reason.js';
import type { Timetable } from './timetable.js';

/** A replay that has something to do, in the hands of who has locked its row. */
export interface DueReplay extends Timetable {
  readonly id: Uuid;
  readonly selection: ReplaySelection;
  readonly note: string | null;
  readonly position: Uuid | null;
  readonly lastId: Uuid | null;
}

/** What a batch is to one of several tenants. */
export interface BatchShare {
  readonly tenantId: Uuid;
  readonly matched: number;
  readonly replayed: number;
}

/** What a batch has come to. */
export interface Advance {
  readonly position: Uuid | null;
  readonly isAtEnd: boolean;
  readonly matched: number;
  /** The deliveries that were made, in the order of their ids. */
  readonly openedIds: readonly Uuid[];
  readonly skips: Readonly<Partial<Record<SkipReason, number>>>;
  /** What it was to each tenant; none where the replay is of one alone. */
  readonly shares: readonly BatchShare[];
  readonly slotAtMs: number;
  readonly nextAtMs: number;
}

/**
 * Takes the replay that has been due for longest, by locking its row: whoever dies lets go of it. Others' are passed over.
 * Both times are read under the lock: the slots of a batch begin where the last one's have ended.
 */
const TAKE: Statement = {
  name: 'take_replay',
  text: `
    SELECT id, ${SELECTION_COLUMNS}, note, position, last_id AS "lastId", rate_per_second AS "ratePerSecond",
           extract(epoch FROM slot_at)::float8 * 1000 AS "slotAtMs",
           extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs"
      FROM replays
     WHERE state = 'running' AND walked_at IS NULL AND next_at <= (SELECT clock_timestamp())
     ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
};

/**
 * Puts a batch on record, in the transaction that made it. Skips are added up by reason.
 * $1 replay, $2 position, $3 at the end, $4 matched, $5 opened, $6 first id, $7 last id, $8 skips, $9 slot, $10 next,
 * $11 tenants, with what $12 matched and $13 was opened of each.
 */
const ADVANCE: Statement = {
  name: 'advance_replay',
  text: `
    WITH part AS (
      INSERT INTO replay_parts (replay_id, first_id, last_id, opened) SELECT $1, $6::uuid, $7::uuid, $5 WHERE $5::int > 0
    ), shares AS (
      INSERT INTO replay_tenants AS t (replay_id, tenant_id, matched, replayed)
      SELECT $1, s.* FROM unnest($11::uuid[], $12::int[], $13::int[]) AS s
          ON CONFLICT (replay_id, tenant_id)
          DO UPDATE SET matched = t.matched + excluded.matched, replayed = t.replayed + excluded.replayed
    )
    UPDATE replays r
       SET position = coalesce($2::uuid, r.position), last_id = coalesce($7::uuid, r.last_id), matched = r.matched + $4,
           replayed = r.replayed + $5, slot_at = to_timestamp($9::float8 / 1000), next_at = to_timestamp($10::float8 / 1000),
           walked_at = CASE WHEN $3 THEN clock_timestamp() END,
           skips = (SELECT coalesce(jsonb_object_agg(key, count), '{}')
                      FROM (SELECT key, sum(value::int) AS count
                              FROM (SELECT * FROM jsonb_each_text(r.skips) UNION ALL SELECT * FROM jsonb_each_text($8::jsonb)) s
                             GROUP BY key) summed)
     WHERE r.id = $1`,
};

/** Parts that one tally looks at. */
const PARTS = 20;

/**
 * Counts what has become of deliveries that were made together: a part is looked at by its range of one index, again and
 * again until all of it has ended, and then never more. The older it is, the more seldom: what still retries takes hours.
 * So reading a replay counts nothing, and recording an attempt does not know of replays.
 *
 * Replays are locked first, in one order, as who makes a batch does: what follows is theirs. Of a replay over several
 * tenants a part that is over says what it was to each.
 */
const TALLY: Statement = {
  name: 'tally_replays',
  text: `
    WITH chosen AS MATERIALIZED (
      SELECT * FROM replay_parts WHERE look_at <= (SELECT clock_timestamp()) ORDER BY look_at LIMIT ${PARTS}
         FOR UPDATE SKIP LOCKED
    ), counted AS MATERIALIZED (
      SELECT c.*, now.*
        FROM chosen c
       CROSS JOIN LATERAL (
         SELECT count(*) FILTER (WHERE d.status = 'succeeded')::int AS succeeded_now,
                count(*) FILTER (WHERE d.status = 'dead')::int AS failed_now,
                count(*) FILTER (WHERE d.status = 'cancelled')::int AS cancelled_now, count(*)::int AS ended_now
           FROM deliveries d WHERE d.replay_id = c.replay_id AND d.id >= c.first_id AND d.id <= c.last_id
       ) now
    ), locked AS MATERIALIZED (
      SELECT id, tenant_id FROM replays WHERE id IN (SELECT replay_id FROM counted) ORDER BY id FOR UPDATE
    ), over AS (
      DELETE FROM replay_parts p USING counted c, locked r
       WHERE (p.replay_id, p.first_id) = (c.replay_id, c.first_id) AND c.ended_now >= c.opened AND r.id = c.replay_id
      RETURNING p.replay_id, p.first_id, p.last_id, r.tenant_id IS NULL AS is_shared
    ), shares AS (
      UPDATE replay_tenants t
         SET succeeded = t.succeeded + s.succeeded, failed = t.failed + s.failed, cancelled = t.cancelled + s.cancelled
        FROM (SELECT o.replay_id, d.tenant_id, count(*) FILTER (WHERE d.status = 'succeeded')::int AS succeeded,
                     count(*) FILTER (WHERE d.status = 'dead')::int AS failed,
                     count(*) FILTER (WHERE d.status = 'cancelled')::int AS cancelled
                FROM over o
                JOIN deliveries d ON d.replay_id = o.replay_id AND d.id >= o.first_id AND d.id <= o.last_id
               WHERE o.is_shared GROUP BY 1, 2) s
       WHERE (t.replay_id, t.tenant_id) = (s.replay_id, s.tenant_id)
    ), going_on AS (
      UPDATE replay_parts p
         SET succeeded = c.succeeded_now, failed = c.failed_now, cancelled = c.cancelled_now,
             look_at = clock_timestamp() + least(greatest((clock_timestamp() - p.opened_at) / 20, interval '1 s'), interval '1 min')
        FROM counted c
       WHERE (p.replay_id, p.first_id) = (c.replay_id, c.first_id) AND c.ended_now < c.opened
    )
    UPDATE replays r
       SET succeeded = r.succeeded + gained.succeeded, failed = r.failed + gained.failed,
           cancelled = r.cancelled + gained.cancelled
      FROM (SELECT replay_id, sum(succeeded_now - succeeded)::int AS succeeded, sum(failed_now - failed)::int AS failed,
                   sum(cancelled_now - cancelled)::int AS cancelled
              FROM counted JOIN locked ON locked.id = replay_id GROUP BY replay_id) gained
     WHERE r.id = gained.replay_id AND (gained.succeeded, gained.failed, gained.cancelled) <> (0, 0, 0)
    RETURNING r.id`,
};

/** Ends replays of which everything has been made and has ended. */
const FINISH: Statement = {
  name: 'finish_replays',
  text: `
    UPDATE replays r SET state = 'finished', ended_at = clock_timestamp()
     WHERE r.state = 'running' AND r.walked_at IS NOT NULL AND r.succeeded + r.failed + r.cancelled >= r.replayed
    RETURNING ${ENDED_COLUMNS}`,
};

/** When there is something to do next: of the timetables, and of the parts that are being counted. */
const NEXT: Statement = {
  name: 'next_replay',
  text: `
    SELECT (SELECT extract(epoch FROM next_at - clock_timestamp())::float8 * 1000 FROM replays
             WHERE state = 'running' AND walked_at IS NULL ORDER BY next_at LIMIT 1) AS "batchInMs",
           (SELECT extract(epoch FROM look_at - clock_timestamp())::float8 * 1000 FROM replay_parts
             ORDER BY look_at LIMIT 1) AS "tallyInMs"`,
};

/** The guarded statements by which bulk replays move on, whichever worker makes them. */
export class ReplayProgress {
  constructor(private readonly db: Executor) {}

  /** How long until there is something to make, and to count; null: nothing. */
  async next(): Promise<{ batchInMs: number | null; tallyInMs: number | null }> {
    const [row] = await this.db.query<{ batchInMs: number | null; tallyInMs: number | null }>(NEXT);
    return row!;
  }

  /** The replay that is to go on, locked until the end of the transaction; null when there is none. */
  async take(tx: Executor): Promise<DueReplay | null> {
    const [row] = await tx.query<SelectionRow & Omit<DueReplay, 'selection'>>(TAKE);
    return row ? { ...row, selection: toSelection(row) } : null;
  }

  async advance(tx: Executor, id: Uuid, advance: Advance): Promise<void> {
    const { openedIds, shares } = advance;
    await tx.query(ADVANCE, [
      id,
      advance.position,
      advance.isAtEnd,
      advance.matched,
      openedIds.length,
      openedIds[0] ?? null,
      openedIds.at(-1) ?? null,
      JSON.stringify(advance.skips),
      advance.slotAtMs,
      advance.nextAtMs,
      uuidColumn(shares, ({ tenantId }) => tenantId),
      intColumn(shares, ({ matched }) => matched),
      intColumn(shares, ({ replayed }) => replayed),
    ]);
  }

  /** It cannot go on, and says why. */
  async fail(tx: Executor, id: Uuid, error: string): Promise<EndedReplay[]> {
    return tx.query<EndedReplay>(
      `UPDATE replays r SET state = 'failed', error = $2, ended_at = clock_timestamp()
        WHERE r.id = $1 AND r.state = 'running' RETURNING ${ENDED_COLUMNS}`,
      [id, error],
    );
  }

  /** Counts some of what has ended. */
  async tally(): Promise<void> {
    await this.db.query(TALLY);
  }

  /** Ends what is over; answers which. */
  async finish(tx: Executor): Promise<EndedReplay[]> {
    return tx.query<EndedReplay>(FINISH);
  }
}
