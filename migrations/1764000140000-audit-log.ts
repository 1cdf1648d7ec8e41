import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who has changed what, and when. */
export class AuditLog1764000140000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // No foreign keys: what is on record outlives what it is about.
    // object: the TypeID of what was changed, or an event type's name; null for the platform itself.
    // before, after: of a change only what it has changed. Secrets stand as fingerprints.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS audit_log (
        id uuid PRIMARY KEY,
        created_at timestamptz NOT NULL,
        tenant_id uuid,
        actor_kind text NOT NULL,
        api_key_id uuid,
        api_key_name text,
        session_id uuid,
        role text,
        on_behalf_of text,
        action text NOT NULL,
        object text,
        before json,
        after json,
        request_id text,
        remote_address text
      )`);
    for (const column of ['tenant_id', 'api_key_id', 'on_behalf_of', 'object']) {
      const index = `audit_log_${column}_idx ON audit_log (${column}, id) WHERE ${column} IS NOT NULL`;
      await runner.query(`CREATE INDEX IF NOT EXISTS ${index}`);
    }
    await runner.query(`CREATE INDEX IF NOT EXISTS audit_log_action_idx ON audit_log (action, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE IF EXISTS audit_log`);
  }
}
