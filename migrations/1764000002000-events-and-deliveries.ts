import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The traffic. Events, history and attempts are append-only and partitioned by day on a UUIDv7 (attempts on their
 * delivery's), so that a look-up by id touches one partition and retention drops whole days. What is still open lives
 * in one small mutable table. No foreign keys here: the rows are written by the thousand and dropped by the partition.
 */
export class EventsAndDeliveries1764000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // data, metadata and headers are the text that was published: neither json nor jsonb may touch them.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS events (
        id uuid NOT NULL PRIMARY KEY,
        tenant_id uuid NOT NULL,
        uid text,
        type text NOT NULL,
        data text,
        subject text,
        source text,
        occurred_at timestamptz NOT NULL,
        correlation_id text,
        schema_version text,
        channels text[],
        metadata text,
        headers text,
        traceparent text,
        endpoint_id uuid,
        ordering_key text,
        deliver_at timestamptz,
        expires_at timestamptz,
        published_by uuid,
        created_at timestamptz NOT NULL
      ) PARTITION BY RANGE (id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS events_tenant_idx ON events (tenant_id, id)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS events_subject_idx ON events (subject, id) WHERE subject IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX IF NOT EXISTS events_correlation_idx ON events (correlation_id, id) WHERE correlation_id IS NOT NULL`,
    );

    // Uniqueness over all days is not to be had on a partitioned table, so it has a table of its own. The fingerprint
    // tells the same event published again from another one under the same uid.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS event_uids (
        tenant_id uuid NOT NULL,
        uid text NOT NULL,
        event_id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        PRIMARY KEY (tenant_id, uid)
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS event_uids_event_idx ON event_uids (event_id)`);

    // Events whose subscriptions are matched only when they fall due.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS scheduled_events (
        event_id uuid PRIMARY KEY,
        tenant_id uuid NOT NULL,
        due_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS scheduled_events_due_idx ON scheduled_events (due_at)`);

    // due_at: when a pump may claim it. While leased, the end of the lease; infinity while held.
    // waiting_for: queue sending retry rate_limit circuit order schedule, or held.
    // generation: raised by each write, so that a recording counts only for the lease it was made under.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS open_deliveries (
        id uuid PRIMARY KEY,
        event_id uuid NOT NULL,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        subscription_id uuid,
        endpoint_version integer NOT NULL,
        generation integer NOT NULL DEFAULT 1,
        attempts integer NOT NULL DEFAULT 0,
        last_status_code integer,
        due_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        replay_of uuid,
        replay_id uuid,
        order_seq bigint,
        order_key text,
        type text NOT NULL,
        waiting_for text NOT NULL,
        last_error_code text
      ) WITH (
        fillfactor = 80,
        autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0,
        autovacuum_vacuum_insert_threshold = 50000,
        autovacuum_analyze_scale_factor = 0,
        autovacuum_analyze_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS open_deliveries_due_idx ON open_deliveries (due_at)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS open_deliveries_tenant_due_idx ON open_deliveries (tenant_id, due_at)`,
    );
    await runner.query(`CREATE INDEX IF NOT EXISTS open_deliveries_endpoint_idx ON open_deliveries (endpoint_id, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS open_deliveries_event_idx ON open_deliveries (event_id)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS open_deliveries_held_idx ON open_deliveries (endpoint_id, id) WHERE due_at = 'infinity'`,
    );

    await runner.query(`
      CREATE TABLE IF NOT EXISTS deliveries (
        id uuid NOT NULL PRIMARY KEY,
        event_id uuid NOT NULL,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        subscription_id uuid,
        endpoint_version integer NOT NULL,
        attempts integer NOT NULL,
        last_status_code integer,
        created_at timestamptz NOT NULL,
        completed_at timestamptz NOT NULL,
        replay_of uuid,
        replay_id uuid,
        type text NOT NULL,
        status text NOT NULL,
        last_error_code text,
        cancel_reason text
      ) PARTITION BY RANGE (id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS deliveries_tenant_idx ON deliveries (tenant_id, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS deliveries_endpoint_idx ON deliveries (endpoint_id, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS deliveries_event_idx ON deliveries (event_id)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS deliveries_unsuccessful_idx ON deliveries (tenant_id, id) WHERE status <> 'succeeded'`,
    );

    await runner.query(`
      CREATE TABLE IF NOT EXISTS attempts (
        delivery_id uuid NOT NULL,
        number integer NOT NULL,
        generation integer NOT NULL,
        endpoint_version integer NOT NULL,
        started_at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        status_code integer,
        dns_ms real,
        connect_ms real,
        tls_ms real,
        first_byte_ms real,
        succeeded boolean NOT NULL,
        truncated boolean NOT NULL,
        trigger text NOT NULL,
        error_code text,
        error text,
        remote_address text,
        signature text,
        response_headers text,
        response_body text,
        PRIMARY KEY (delivery_id, number, generation)
      ) PARTITION BY RANGE (delivery_id)`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS dead_letters (
        id uuid PRIMARY KEY,
        delivery_id uuid NOT NULL,
        event_id uuid NOT NULL,
        tenant_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        type text NOT NULL,
        reason text NOT NULL,
        opened_at timestamptz NOT NULL,
        resolved_at timestamptz,
        resolution text,
        note text
      )`);
    await runner.query(`CREATE UNIQUE INDEX IF NOT EXISTS dead_letters_delivery_key ON dead_letters (delivery_id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS dead_letters_tenant_idx ON dead_letters (tenant_id, id)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS dead_letters_endpoint_idx ON dead_letters (endpoint_id, id)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS dead_letters_unresolved_idx ON dead_letters (id) WHERE resolved_at IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = [
      'dead_letters',
      'attempts',
      'deliveries',
      'open_deliveries',
      'scheduled_events',
      'event_uids',
      'events',
    ];
    for (const table of tables) await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
