import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/** Bounds of the histogram when this was made: one column for each. More may be added, in a further migration. */
const LATENCY_PARTS = 28;

const counts = [
  ...['published', 'attempts', 'failed', 'delivered', 'retried', 'dead'].map((one) => `${one} bigint NOT NULL`),
  'duration_ms_sum bigint NOT NULL',
  ...Array.from({ length: LATENCY_PARTS }, (_, part) => `latency_${part} integer NOT NULL`),
].join(', ');

/**
 * Statistics as counters. `traffic_minutes` is flushed about once a second by each process into rows of its own; upkeep
 * sums minutes up to hours and hours to days. A scope is a tenant and a part of it, an endpoint or the key that published;
 * an id of zeros stands for all. `traffic_rollups` says up to when that was done.
 *
 * Columns and not an array for the histogram: sums of columns are ten times as fast as those of arrays taken apart.
 */
export class TrafficCounts1764000171000 implements MigrationInterface {
  /** An index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS traffic_minutes (
        tenant_id uuid NOT NULL,
        part_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        writer text NOT NULL,
        ${counts},
        PRIMARY KEY (tenant_id, part_id, starts_at, writer)
      ) WITH (fillfactor = 70)`);
    for (const table of ['traffic_hours', 'traffic_days']) {
      await runner.query(`
        CREATE TABLE IF NOT EXISTS ${table} (
          tenant_id uuid NOT NULL,
          part_id uuid NOT NULL,
          starts_at timestamptz NOT NULL,
          ${counts},
          PRIMARY KEY (tenant_id, part_id, starts_at)
        )`);
    }
    for (const table of ['traffic_minutes', 'traffic_hours', 'traffic_days']) {
      await runner.query(`CREATE INDEX IF NOT EXISTS ${table}_starts_idx ON ${table} (starts_at)`);
    }
    await runner.query(`
      CREATE TABLE IF NOT EXISTS traffic_rollups (name text PRIMARY KEY, done_until timestamptz NOT NULL)`);
    await runner.query(`
      INSERT INTO traffic_rollups (name, done_until)
      SELECT name, to_timestamp(floor(extract(epoch FROM clock_timestamp()) / seconds) * seconds)
        FROM (VALUES ('hours', 3600), ('days', 86400)) AS made(name, seconds)
      ON CONFLICT DO NOTHING`);
    await buildIndex(runner, {
      name: 'endpoints_in_trouble_idx',
      table: 'endpoints',
      definition: `(tenant_id, id) WHERE status <> 'enabled' AND deleted_at IS NULL`,
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS endpoints_in_trouble_idx`);
    for (const table of ['traffic_rollups', 'traffic_days', 'traffic_hours', 'traffic_minutes']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
