import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How an endpoint is authenticated to: sealed as it is, and beside that as it is shown, with masks in the place of secrets.
 * Versions keep what is shown only, which is enough to tell what an attempt was sent with.
 */
export class EndpointCredentials1764000120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoints
        ADD COLUMN IF NOT EXISTS credentials json,
        ADD COLUMN IF NOT EXISTS sealed_credentials bytea`);
    await runner.query(`ALTER TABLE endpoint_versions ADD COLUMN IF NOT EXISTS credentials json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoint_versions DROP COLUMN IF EXISTS credentials`);
    await runner.query(
      `ALTER TABLE endpoints DROP COLUMN IF EXISTS credentials, DROP COLUMN IF EXISTS sealed_credentials`,
    );
  }
}
