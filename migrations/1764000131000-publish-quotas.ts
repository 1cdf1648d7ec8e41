import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the tenants that have a quota have used it up. Unlogged: after a crash of PostgreSQL everybody's quota is
 * whole again, which is a second's worth at most.
 */
export class PublishQuotas1764000131000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // full_at: when the quota will be whole again; the further ahead, the more is used up.
    await runner.query(`
      CREATE UNLOGGED TABLE IF NOT EXISTS publish_quotas (
        tenant_id uuid PRIMARY KEY,
        full_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS publish_quotas`);
  }
}
