import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a bulk replay over several tenants has come to for each of them, so that each can be told of its own. Of a delivery
 * the outcome is added when all that were made together with it have ended.
 */
export class ReplayTenants1764000240000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS replay_tenants (
        replay_id uuid NOT NULL REFERENCES replays (id) ON DELETE CASCADE,
        tenant_id uuid NOT NULL,
        matched integer NOT NULL DEFAULT 0,
        replayed integer NOT NULL DEFAULT 0,
        succeeded integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        cancelled integer NOT NULL DEFAULT 0,
        PRIMARY KEY (replay_id, tenant_id)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS replay_tenants`);
  }
}
