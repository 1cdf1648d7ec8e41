import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/**
 * How often an endpoint's secrets are to be rotated by themselves, and what was told of each secret. Secrets that are there
 * already, and those that the program before this one makes, count as announced: the default is a constant, which rewrites
 * nothing.
 */
export class SecretSchedule1764000221000 implements MigrationInterface {
  /** An index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints
        ADD COLUMN IF NOT EXISTS rotate_secrets_every_days integer,
        ADD COLUMN IF NOT EXISTS rotation_grace_seconds integer`);

    // announced_at: when it was told that the secret has come to sign; null while that is to be told.
    // warnings: the last that was given of its end.
    await runner.query(`
      ALTER TABLE endpoint_secrets
        ADD COLUMN IF NOT EXISTS announced_at timestamptz DEFAULT '-infinity',
        ADD COLUMN IF NOT EXISTS warnings integer NOT NULL DEFAULT 0`);
    await buildIndex(runner, {
      name: 'endpoints_rotating_idx',
      table: 'endpoints',
      definition: '(id) WHERE rotate_secrets_every_days IS NOT NULL AND deleted_at IS NULL',
    });
    await buildIndex(runner, {
      name: 'endpoint_secrets_unannounced_idx',
      table: 'endpoint_secrets',
      definition: '(activates_at) WHERE announced_at IS NULL',
    });
    await buildIndex(runner, {
      name: 'endpoint_secrets_ending_idx',
      table: 'endpoint_secrets',
      definition: '(expires_at, id) WHERE expires_at IS NOT NULL',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS endpoint_secrets_ending_idx`);
    await runner.query(`DROP INDEX IF EXISTS endpoint_secrets_unannounced_idx`);
    await runner.query(`DROP INDEX IF EXISTS endpoints_rotating_idx`);
    await runner.query(`
      ALTER TABLE endpoint_secrets DROP COLUMN IF EXISTS warnings, DROP COLUMN IF EXISTS announced_at`);
    await runner.query(`
      ALTER TABLE endpoints
        DROP COLUMN IF EXISTS rotation_grace_seconds,
        DROP COLUMN IF EXISTS rotate_secrets_every_days`);
  }
}
