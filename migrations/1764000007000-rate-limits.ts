import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an endpoint may be sent, and where its timetable of reserved slots ends. The timetable moves with each group of
 * reservations, so it is kept apart from the configuration, in a small table whose updates stay in their page.
 */
export class RateLimits1764000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints
        ADD COLUMN IF NOT EXISTS rate_limit integer,
        ADD COLUMN IF NOT EXISTS rate_period_seconds integer`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoint_runtime (
        endpoint_id uuid PRIMARY KEY,
        -- Between two slots of its rate; null while that is not limited.
        slot_interval_ms double precision,
        -- The next slot that nobody has reserved; one that has passed is worth as much as none.
        next_slot_at timestamptz,
        -- When slots were last given out anew, since the rate changed or the endpoint was resumed.
        timetable_began_at timestamptz
      ) WITH (
        fillfactor = 30,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 500,
        autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS endpoint_runtime`);
    await runner.query(
      `ALTER TABLE endpoints DROP COLUMN IF EXISTS rate_limit, DROP COLUMN IF EXISTS rate_period_seconds`,
    );
  }
}
