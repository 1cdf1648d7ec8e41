import { type Database, doubleColumn, intColumn, uuidColumn } from '#database';
import { COLUMNS, LATENCY, type ScopedCounts } from './traffic-counts.js';

const MINUTE_MS = 60_000;

const parameters = COLUMNS.map(
  (column, index) => `$${index + 5}::${column === 'duration_ms_sum' ? 'float8' : 'int'}[]`,
);

const ADD = {
  name: 'add_traffic',
  text: `
    INSERT INTO traffic_minutes AS t (starts_at, writer, tenant_id, part_id, ${COLUMNS.join(', ')})
    SELECT to_timestamp($1::float8 / 1000), $2, c.tenant_id, c.part_id, ${COLUMNS.map((one) => `coalesce(c.${one}, 0)`).join(', ')}
      FROM unnest($3::uuid[], $4::uuid[], ${parameters.join(', ')}) AS c(tenant_id, part_id, ${COLUMNS.join(', ')})
    ON CONFLICT (tenant_id, part_id, starts_at, writer) DO UPDATE SET
      ${COLUMNS.map((one) => `${one} = t.${one} + excluded.${one}`).join(', ')}`,
};

/** What happens seldom is left out: a column of nothing else costs next to nothing to send. */
const unlessNone = (count: number): number | null => (count === 0 ? null : count);

/** Keeps the counts of minutes: each process writes its own rows, about once a second, so that no two meet on one. */
export class TrafficStore {
  constructor(private readonly db: Database) {}

  /** Adds to the minute of `nowMs`, whenever within the last seconds it was that things happened. */
  async add(writer: string, nowMs: number, rows: readonly ScopedCounts[]): Promise<void> {
    // Everybody locks in the same order.
    const sorted = rows.toSorted((a, b) => (a.tenantId + a.partId < b.tenantId + b.partId ? -1 : 1));
    await this.db.query(ADD, [
      Math.floor(nowMs / MINUTE_MS) * MINUTE_MS,
      writer,
      uuidColumn(sorted, (c) => c.tenantId),
      uuidColumn(sorted, (c) => c.partId),
      intColumn(sorted, (c) => unlessNone(c.published)),
      intColumn(sorted, (c) => unlessNone(c.attempts)),
      intColumn(sorted, (c) => unlessNone(c.failed)),
      intColumn(sorted, (c) => unlessNone(c.delivered)),
      intColumn(sorted, (c) => unlessNone(c.retried)),
      intColumn(sorted, (c) => unlessNone(c.dead)),
      doubleColumn(sorted, (c) => Math.round(c.durationMsSum)),
      ...LATENCY.map((_, part) => intColumn(sorted, (c) => unlessNone(c.latency[part]!))),
    ]);
  }
}
