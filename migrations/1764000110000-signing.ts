import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How requests to an endpoint are signed, and how the text of a secret is written. Secrets that are there already were kept
 * as `whsec_…`, whatever form they were brought in.
 */
export class Signing1764000110000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints
        ADD COLUMN IF NOT EXISTS signing jsonb NOT NULL DEFAULT '[{"scheme": "standard"}]'`);
    await runner.query(`
      ALTER TABLE endpoint_secrets
        ADD COLUMN IF NOT EXISTS encoding text NOT NULL DEFAULT 'whsec'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoint_secrets DROP COLUMN IF EXISTS encoding`);
    await runner.query(`ALTER TABLE endpoints DROP COLUMN IF EXISTS signing`);
  }
}
