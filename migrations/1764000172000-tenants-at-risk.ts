import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** The minutes of whole tenants, the newest of which are looked at again and again. */
const RECENT: NewIndex = {
  name: 'traffic_minutes_tenants_idx',
  table: 'traffic_minutes',
  definition: `(starts_at, tenant_id) WHERE part_id = '00000000-0000-0000-0000-000000000000'`,
};

/** Tenants of whose attempts too few succeed, and who were told. */
export class TenantsAtRisk1764000172000 implements MigrationInterface {
  /** The index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS tenants_at_risk (
        tenant_id uuid PRIMARY KEY REFERENCES tenants (id),
        since timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await buildIndex(runner, RECENT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS ${RECENT.name}`);
    await runner.query(`DROP TABLE IF EXISTS tenants_at_risk`);
  }
}
