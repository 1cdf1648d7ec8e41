import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/** Which URL of an endpoint has proven that it wants the traffic, and the challenges that were sent to have it proven. */
export class Ownership1764000220000 implements MigrationInterface {
  /** An index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints
        ADD COLUMN IF NOT EXISTS verified_url text,
        ADD COLUMN IF NOT EXISTS verified_at timestamptz`);

    // digest: SHA-256 of the challenge, which is itself kept nowhere.
    // proven_at: a challenge that has proven something is used up, and counts for no limit any more.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS ownership_challenges (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        url text NOT NULL,
        digest bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz NOT NULL,
        wrong_answers integer NOT NULL DEFAULT 0,
        proven_at timestamptz
      )`);
    await buildIndex(runner, {
      name: 'ownership_challenges_tenant_idx',
      table: 'ownership_challenges',
      definition: '(tenant_id, created_at)',
    });
    await buildIndex(runner, {
      name: 'ownership_challenges_expires_idx',
      table: 'ownership_challenges',
      definition: '(expires_at)',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS ownership_challenges`);
    await runner.query(`
      ALTER TABLE endpoints
        DROP COLUMN IF EXISTS verified_at,
        DROP COLUMN IF EXISTS verified_url`);
  }
}
