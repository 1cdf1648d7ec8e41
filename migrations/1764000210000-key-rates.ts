import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A rate of its own for an API key. */
export class KeyRates1764000210000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null: as configured for all.
    await runner.query(`ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS requests_per_second integer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE api_keys DROP COLUMN IF EXISTS requests_per_second`);
  }
}
