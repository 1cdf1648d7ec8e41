import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/**
 * What lists look for and hardly any row is, in the order that they show it. All partial: a delivery that succeeds, which
 * nearly all do, touches none of them.
 */
const INDEXES: readonly NewIndex[] = [
  // Deliveries that did not succeed: of everybody, and of an endpoint. (Those of a tenant have had theirs from the start.)
  {
    name: 'deliveries_unsuccessful_all_idx',
    table: 'deliveries',
    definition: `(id) WHERE status <> 'succeeded'`,
  },
  {
    name: 'deliveries_unsuccessful_endpoint_idx',
    table: 'deliveries',
    definition: `(endpoint_id, id) WHERE status <> 'succeeded'`,
  },
  // The events that they are of, for lists of events in the order of their ids.
  {
    name: 'deliveries_undelivered_idx',
    table: 'deliveries',
    definition: `(event_id) WHERE status <> 'succeeded'`,
  },
  {
    name: 'deliveries_undelivered_tenant_idx',
    table: 'deliveries',
    definition: `(tenant_id, event_id) WHERE status <> 'succeeded'`,
  },
  // Replays: all, and those of one bulk replay.
  { name: 'deliveries_replays_idx', table: 'deliveries', definition: '(id) WHERE replay_of IS NOT NULL' },
  {
    name: 'deliveries_replay_idx',
    table: 'deliveries',
    definition: '(replay_id, id) WHERE replay_id IS NOT NULL',
  },
  {
    name: 'dead_letters_unresolved_tenant_idx',
    table: 'dead_letters',
    definition: '(tenant_id, id) WHERE resolved_at IS NULL',
  },
  {
    name: 'dead_letters_unresolved_endpoint_idx',
    table: 'dead_letters',
    definition: '(endpoint_id, id) WHERE resolved_at IS NULL',
  },
];

export class ListIndexes1764000006000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await buildIndex(runner, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await runner.query(`DROP INDEX IF EXISTS ${name}`);
  }
}
