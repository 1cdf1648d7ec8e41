import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where deliveries go and what goes there: event types, endpoints with their versions and secrets, subscriptions. */
export class Endpoints1764000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS event_types (
        name text PRIMARY KEY,
        description text,
        group_name text,
        deprecated boolean NOT NULL DEFAULT false,
        schemas json,
        example json,
        redact text[],
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoints (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        uid text,
        version integer NOT NULL DEFAULT 1,
        status text NOT NULL DEFAULT 'enabled' CHECK (status IN ('enabled', 'paused', 'disabled')),
        disabled_reason text,
        url text NOT NULL,
        description text,
        -- The endpoint's own headers as a JSON object, sealed: some of them are credentials.
        sealed_headers bytea,
        payload_format text NOT NULL DEFAULT 'standard',
        max_in_flight integer,
        timeout_seconds integer,
        retry_schedule integer[],
        metadata json NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        status_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        deleted_at timestamptz
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX IF NOT EXISTS endpoints_uid_key ON endpoints (tenant_id, uid) WHERE deleted_at IS NULL`,
    );
    await runner.query(`CREATE INDEX IF NOT EXISTS endpoints_tenant_idx ON endpoints (tenant_id, id)`);

    // What an attempt was sent with: attempts name the version, so that they need not repeat URL and headers.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoint_versions (
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        version integer NOT NULL,
        url text NOT NULL,
        sealed_headers bytea,
        payload_format text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (endpoint_id, version)
      )`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoint_secrets (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        sealed_secret bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        activates_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz
      )`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS endpoint_secrets_endpoint_idx ON endpoint_secrets (endpoint_id, id)`,
    );

    await runner.query(`
      CREATE TABLE IF NOT EXISTS subscriptions (
        id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL REFERENCES tenants (id),
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        event_types text[] NOT NULL,
        channels text[],
        enabled boolean NOT NULL DEFAULT true,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        deleted_at timestamptz
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS subscriptions_tenant_idx ON subscriptions (tenant_id, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS subscriptions_endpoint_idx ON subscriptions (endpoint_id, id)`);

    // Health is flushed about once a second by each process into a row of its own: no two writers meet on a row, and the
    // statement that records attempts stays free of it.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoint_health (
        endpoint_id uuid NOT NULL REFERENCES endpoints (id),
        writer text NOT NULL,
        succeeded bigint NOT NULL DEFAULT 0,
        failed bigint NOT NULL DEFAULT 0,
        failures_in_a_row integer NOT NULL DEFAULT 0,
        duration_ms_sum bigint NOT NULL DEFAULT 0,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        last_status_code integer,
        last_error_code text,
        PRIMARY KEY (endpoint_id, writer)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = [
      'endpoint_health',
      'subscriptions',
      'endpoint_secrets',
      'endpoint_versions',
      'endpoints',
      'event_types',
    ];
    for (const table of tables) await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
