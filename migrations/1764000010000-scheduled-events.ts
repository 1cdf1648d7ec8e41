import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

const INDEXES: readonly NewIndex[] = [
  // A tenant's own due events, when more is due than one look takes: tenants in turn.
  { name: 'scheduled_events_turn_idx', table: 'scheduled_events', definition: '(tenant_id, due_at)' },
  // Partial: what never expires, which nearly everything does, touches it not.
  {
    name: 'open_deliveries_expiry_idx',
    table: 'open_deliveries',
    definition: '(expires_at) WHERE expires_at IS NOT NULL',
  },
];

/**
 * Events for a later time are written and taken out again, so that their table is vacuumed by how much that was and not by
 * how much is there. An event that is cancelled before it has deliveries says so itself.
 */
export class ScheduledEvents1764000010000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE events ADD COLUMN IF NOT EXISTS cancelled_at timestamptz, ADD COLUMN IF NOT EXISTS cancel_reason text`);
    await runner.query(`
      ALTER TABLE scheduled_events SET (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0)`);
    for (const index of INDEXES) await buildIndex(runner, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await runner.query(`DROP INDEX IF EXISTS ${name}`);
    await runner.query(`
      ALTER TABLE scheduled_events RESET (
        autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor,
        autovacuum_analyze_threshold, autovacuum_vacuum_cost_delay)`);
    await runner.query(`ALTER TABLE events DROP COLUMN IF EXISTS cancelled_at, DROP COLUMN IF EXISTS cancel_reason`);
  }
}
