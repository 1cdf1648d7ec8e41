import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** Dead letters live as long as their events, so they are looked for by them. Only what dies pays for it. */
const INDEXES: readonly NewIndex[] = [
  { name: 'dead_letters_event_idx', table: 'dead_letters', definition: '(event_id)' },
];

/** What is to be forgotten, and how far that has come: each is small, and what it says survives a restart. */
export class Retention1764000011000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Payloads of the tenant's events up to erased_to are gone. asked_at: all of the tenant is to be erased, for it was
    // deleted then; null: what is older than its payloadRetentionDays.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS payload_erasures (
        tenant_id uuid PRIMARY KEY,
        erased_to uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        asked_at timestamptz
      )`);
    // Events that something may have been in flight of when their payload was erased: the answers that came afterwards
    // are erased once it must have ended.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS late_answers (
        event_id uuid PRIMARY KEY,
        erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    // Endpoints that took nothing any more at asked_at, with more open deliveries than a request can cancel.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS open_cancellations (
        endpoint_id uuid PRIMARY KEY,
        reason text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    // How far something has been told of that is to be told once.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS upkeep_marks (
        name text PRIMARY KEY,
        done_below uuid NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    for (const index of INDEXES) await buildIndex(runner, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await runner.query(`DROP INDEX IF EXISTS ${name}`);
    for (const table of ['upkeep_marks', 'open_cancellations', 'late_answers', 'payload_erasures']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
