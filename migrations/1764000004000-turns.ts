import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A pump asks for the due rows of one endpoint, oldest first. One index serves that and whatever looks for a tenant's open
 * deliveries, in place of the one by tenant and due time: publishing does not pay for another.
 *
 * Made beside running traffic, so not in a transaction. If it is interrupted, an unusable index stays behind, which the
 * next run drops.
 */
export class Turns1764000004000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS open_deliveries_turn_idx`);
    await runner.query(
      `CREATE INDEX CONCURRENTLY open_deliveries_turn_idx ON open_deliveries (tenant_id, endpoint_id, due_at)`,
    );
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS open_deliveries_tenant_due_idx`);
  }

  /** Not beside traffic: going down is done in a transaction, whatever `transaction` says. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX IF NOT EXISTS open_deliveries_tenant_due_idx ON open_deliveries (tenant_id, due_at)`,
    );
    await runner.query(`DROP INDEX IF EXISTS open_deliveries_turn_idx`);
  }
}
