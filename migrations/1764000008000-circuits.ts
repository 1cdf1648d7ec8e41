import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** What waits for a circuit, oldest first. Partial: a delivery to an endpoint that is well does not touch it. */
const WAITING: NewIndex = {
  name: 'open_deliveries_circuit_idx',
  table: 'open_deliveries',
  definition: `(endpoint_id, id) WHERE waiting_for = 'circuit'`,
};

/** What workers know together of endpoints that fail. An endpoint that never did has no row. */
export class Circuits1764000008000 implements MigrationInterface {
  /** The index is made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // since: since when it is open, half open included, or closed again; null when it has never been open.
    // version: raised by each change that workers have to hear of; next_slot_at is none.
    // probe_delivery_id, probe_until: the one delivery that may be sent while half open, and until when it is waited for.
    // catch_up_rate: rows a second that come forward after closing; null when none is left.
    // paused_until, throttle_*: what the endpoint itself has asked for with 429, 502, 503 or 504.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS endpoint_circuits (
        endpoint_id uuid PRIMARY KEY REFERENCES endpoints (id) ON DELETE CASCADE,
        state text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')),
        since timestamptz,
        reason text,
        version integer NOT NULL DEFAULT 1,
        failed_probes integer NOT NULL DEFAULT 0,
        probe_at timestamptz,
        probe_until timestamptz,
        probe_delivery_id uuid,
        next_slot_at timestamptz,
        catch_up_rate real,
        catch_up_at timestamptz,
        paused_until timestamptz,
        throttle_since timestamptz,
        throttle_seen_at timestamptz,
        throttle_reason text,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      ) WITH (fillfactor = 50)`);
    await runner.query(`CREATE INDEX IF NOT EXISTS endpoint_circuits_changed_idx ON endpoint_circuits (changed_at)`);
    await buildIndex(runner, WAITING);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS ${WAITING.name}`);
    await runner.query(`DROP TABLE IF EXISTS endpoint_circuits`);
  }
}
