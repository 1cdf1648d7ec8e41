import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/**
 * What disabling by itself and the platform's own events need to remember: which endpoints are failing and what was told
 * of it, when an endpoint was disabled last, and which dead letters have been announced.
 *
 * Dead letters that are there already count as announced: they get a constant (which rewrites nothing), and those to come
 * get null. The two steps go as one, in the transaction that several statements of one message are.
 */
export class FailingEndpoints1764000013000 implements MigrationInterface {
  /** An index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints ADD COLUMN IF NOT EXISTS disabled_at timestamptz`);
    await runner.query(`
      ALTER TABLE dead_letters ADD COLUMN IF NOT EXISTS announced_at timestamptz DEFAULT '-infinity';
      ALTER TABLE dead_letters ALTER COLUMN announced_at DROP DEFAULT`);
    await buildIndex(runner, {
      name: 'dead_letters_unannounced_idx',
      table: 'dead_letters',
      definition: '(id) WHERE announced_at IS NULL',
    });

    // since: the first failure that was seen after the last success, or after the endpoint was made, resumed or enabled.
    // last_failure_at: the latest that was seen, to within an hour.
    // failed_before: of the failures counted in endpoint_health, those that came before.
    // warnings: how many were told. A run that begins anew keeps them, so that a recovery is still told.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS failing_endpoints (
        endpoint_id uuid PRIMARY KEY REFERENCES endpoints (id),
        since timestamptz NOT NULL,
        last_failure_at timestamptz NOT NULL,
        failed_before bigint NOT NULL,
        warnings integer NOT NULL DEFAULT 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS failing_endpoints`);
    await runner.query(`DROP INDEX IF EXISTS dead_letters_unannounced_idx`);
    await runner.query(`ALTER TABLE dead_letters DROP COLUMN IF EXISTS announced_at`);
    await runner.query(`ALTER TABLE endpoints DROP COLUMN IF EXISTS disabled_at`);
  }
}
