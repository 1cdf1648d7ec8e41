import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** What bulk replays look for, all partial: a delivery that was published and succeeds touches none of them. */
const INDEXES: readonly NewIndex[] = [
  // What is unresolved, in the order of its deliveries: of everybody, of a tenant, of an endpoint.
  {
    name: 'dead_letters_unresolved_delivery_idx',
    table: 'dead_letters',
    definition: '(delivery_id) WHERE resolved_at IS NULL',
  },
  {
    name: 'dead_letters_unresolved_tenant_delivery_idx',
    table: 'dead_letters',
    definition: '(tenant_id, delivery_id) WHERE resolved_at IS NULL',
  },
  {
    name: 'dead_letters_unresolved_endpoint_delivery_idx',
    table: 'dead_letters',
    definition: '(endpoint_id, delivery_id) WHERE resolved_at IS NULL',
  },
];

/** Bulk replays, each a row that says what is meant, how far it has come and when it may go on. */
export class Replays1764000160000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // tenant_ids: whose deliveries may be replayed, null for everybody's; tenant_id: the one, where it is one.
    // position: up to here everything has been looked at. slot_at: when the next delivery may fall due. next_at: when
    // there is something to do again. walked_at: everything has been looked at. last_id: the youngest delivery made.
    // counted, is_counted: how many matched when it was asked for, and whether that was all.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS replays (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        tenant_ids uuid[],
        endpoint_id uuid,
        selects text NOT NULL,
        status text,
        type text,
        reason text,
        since timestamptz,
        until timestamptz NOT NULL,
        delivery_ids uuid[],
        event_ids uuid[],
        rate_per_second float8 NOT NULL,
        note text,
        requested_by uuid NOT NULL,
        actor text,
        state text NOT NULL DEFAULT 'running',
        error text,
        position uuid,
        last_id uuid,
        slot_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        counted integer NOT NULL,
        is_counted boolean NOT NULL,
        matched integer NOT NULL DEFAULT 0,
        replayed integer NOT NULL DEFAULT 0,
        skips jsonb NOT NULL DEFAULT '{}',
        succeeded integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        cancelled integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        walked_at timestamptz,
        ended_at timestamptz
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS replays_tenant_idx ON replays (tenant_id, id)`);
    await runner.query(
      `CREATE INDEX IF NOT EXISTS replays_next_idx ON replays (next_at) WHERE state = 'running' AND walked_at IS NULL`,
    );

    // Deliveries that were made together and have not all ended; what has ended of them is in the replay's counters.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS replay_parts (
        replay_id uuid NOT NULL,
        first_id uuid NOT NULL,
        last_id uuid NOT NULL,
        opened integer NOT NULL,
        succeeded integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        cancelled integer NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        look_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (replay_id, first_id)
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS replay_parts_look_idx ON replay_parts (look_at)`);

    for (const index of INDEXES) await buildIndex(runner, index);
    // What was never delivered has no delivery that it replays, so that open_deliveries_replay_key does not know of it.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS open_deliveries_bulk_replay_key`);
    await runner.query(
      `CREATE UNIQUE INDEX CONCURRENTLY open_deliveries_bulk_replay_key ON open_deliveries (event_id, endpoint_id)
        WHERE replay_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS open_deliveries_bulk_replay_key`);
    for (const { name } of INDEXES) await runner.query(`DROP INDEX IF EXISTS ${name}`);
    await runner.query(`DROP TABLE IF EXISTS replay_parts`);
    await runner.query(`DROP TABLE IF EXISTS replays`);
  }
}
