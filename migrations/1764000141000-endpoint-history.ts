import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an endpoint and its subscriptions were in each version, and who made it so. Versions from before have none of it. */
export class EndpointHistory1764000141000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // document: the endpoint's row without what is sealed. subscriptions: the rows of those that lived.
    await runner.query(`
      ALTER TABLE endpoint_versions ADD COLUMN IF NOT EXISTS document jsonb,
        ADD COLUMN IF NOT EXISTS subscriptions jsonb, ADD COLUMN IF NOT EXISTS action text,
        ADD COLUMN IF NOT EXISTS actor_kind text, ADD COLUMN IF NOT EXISTS api_key_id uuid,
        ADD COLUMN IF NOT EXISTS api_key_name text, ADD COLUMN IF NOT EXISTS on_behalf_of text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const columns = ['document', 'subscriptions', 'action', 'actor_kind', 'api_key_id', 'api_key_name', 'on_behalf_of'];
    for (const column of columns) await runner.query(`ALTER TABLE endpoint_versions DROP COLUMN IF EXISTS ${column}`);
  }
}
