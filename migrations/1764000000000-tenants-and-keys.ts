import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who there is: tenants, API keys, and the switches of the whole platform. */
export class TenantsAndKeys1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS tenants (
        id uuid PRIMARY KEY,
        uid text,
        name text NOT NULL,
        metadata json NOT NULL DEFAULT '{}',
        settings jsonb NOT NULL DEFAULT '{}',
        paused_at timestamptz,
        -- Raised by every change to what matching or sending depends on (tenant, endpoints, secrets, subscriptions).
        -- Publishing checks it, workers follow it.
        config_version integer NOT NULL DEFAULT 1,
        config_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        deleted_at timestamptz
      )`);
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS tenants_uid_key ON tenants (uid) WHERE deleted_at IS NULL`);
    await runner.query(`CREATE INDEX IF NOT EXISTS tenants_config_changed_idx ON tenants (config_changed_at)`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS api_keys (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'publisher', 'support', 'tenant')),
        tenant_id uuid REFERENCES tenants (id),
        -- A publisher's scope; null means all.
        event_types text[],
        tenant_ids uuid[],
        -- The start of the key, kept to recognise it by; the key itself is only kept as its SHA-256.
        prefix text NOT NULL,
        hash bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        CHECK ((role = 'tenant') = (tenant_id IS NOT NULL))
      )`);
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS api_keys_hash_key ON api_keys (hash)`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS switches (
        name text PRIMARY KEY,
        turned_on_at timestamptz,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query(`INSERT INTO switches (name) VALUES ('deliveries_paused') ON CONFLICT DO NOTHING`);

    // One row per job that only one process may do at a time; whoever holds an unexpired lease does it.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS leader_leases (
        name text PRIMARY KEY,
        holder text NOT NULL,
        expires_at timestamptz NOT NULL
      )`);

    // lease_until: a running row whose process died may be taken over after it.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS idempotency_keys (
        api_key_id uuid NOT NULL,
        method text NOT NULL,
        path text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        lease_until timestamptz,
        status integer,
        headers json,
        sealed_body bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (api_key_id, method, path, key)
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS idempotency_keys_created_idx ON idempotency_keys (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['idempotency_keys', 'leader_leases', 'switches', 'api_keys', 'tenants']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
