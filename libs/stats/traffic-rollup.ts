import { type Database, withRetries } from '#database';
import { COLUMNS } from './traffic-counts.js';

/** How long counts are kept, by the length of their bucket. */
export const KEPT_MS = { minute: 6 * 3_600_000, hour: 35 * 86_400_000, day: 400 * 86_400_000 } as const;

/** Beyond its end a bucket is still written to for as long as a statement may take. */
const SETTLED = `interval '2 minutes'`;

/** Rows that one statement forgets. */
const BATCH = 5_000;
const TRIES = 4;

const sums = COLUMNS.map((one) => `sum(f.${one})`).join(', ');

/**
 * The oldest bucket that is over and has not been summed up: its sums and the mark behind it are written by one statement,
 * so that nothing is counted twice or left out, whoever does it and whenever it dies.
 */
const rollUp = (name: 'hours' | 'days', from: string, interval: string): string => `
  WITH due AS MATERIALIZED (
    SELECT done_until AS begins_at, done_until + interval '${interval}' AS ends_at FROM traffic_rollups
     WHERE name = '${name}' AND done_until + interval '${interval}' + ${SETTLED} <= clock_timestamp() ${
       name === 'days'
         ? `AND done_until + interval '1 day' <= (SELECT done_until FROM traffic_rollups WHERE name = 'hours')`
         : ''
     }
       FOR UPDATE
  ), summed AS (
    INSERT INTO traffic_${name} (starts_at, tenant_id, part_id, ${COLUMNS.join(', ')})
    SELECT due.begins_at, f.tenant_id, f.part_id, ${sums}
      FROM due JOIN ${from} f ON f.starts_at >= due.begins_at AND f.starts_at < due.ends_at
     GROUP BY due.begins_at, f.tenant_id, f.part_id
  )
  UPDATE traffic_rollups r SET done_until = due.ends_at FROM due WHERE r.name = '${name}' RETURNING 1`;

const ROLL_UP = {
  hours: rollUp('hours', 'traffic_minutes', '1 hour'),
  days: rollUp('days', 'traffic_hours', '1 day'),
};

/** What is older than $1 and has been summed up, if it is to be. $2 rows at most. */
const forget = (table: string, summedUp: 'hours' | 'days' | null): string => `
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table}
     WHERE starts_at < to_timestamp($1::float8 / 1000)
       ${summedUp === null ? '' : `AND starts_at < (SELECT done_until FROM traffic_rollups WHERE name = '${summedUp}')`}
     LIMIT $2))
  RETURNING 1`;

const FORGET = [
  { sql: forget('traffic_minutes', 'hours'), keptMs: KEPT_MS.minute },
  { sql: forget('traffic_hours', 'days'), keptMs: KEPT_MS.hour },
  { sql: forget('traffic_days', null), keptMs: KEPT_MS.day },
];

/** Sums minutes up to hours and hours to days, and forgets what is old. By one process at a time. */
export class TrafficRollup {
  constructor(private readonly db: Database) {}

  /** One hour, or day; answers whether one was over. */
  async rollUp(name: 'hours' | 'days'): Promise<boolean> {
    return (await this.db.query(ROLL_UP[name])).length > 0;
  }

  /** Answers how many rows are gone. */
  async forget(nowMs: number): Promise<number> {
    let total = 0;
    for (const { sql, keptMs } of FORGET) {
      for (let length = BATCH; length === BATCH; total += length) {
        ({ length } = await withRetries(TRIES, () => this.db.query(sql, [nowMs - keptMs, BATCH])));
      }
    }
    return total;
  }
}
