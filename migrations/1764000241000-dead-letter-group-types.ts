import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** As `dead_letters_group_idx`, and with the type: whoever asks for the groups is answered from the index alone. */
const GROUPS: NewIndex = {
  name: 'dead_letters_groups_idx',
  table: 'dead_letters',
  definition: '(tenant_id, endpoint_id, reason, id) INCLUDE (type) WHERE resolved_at IS NULL',
};

const BEFORE: NewIndex = {
  name: 'dead_letters_group_idx',
  table: 'dead_letters',
  definition: '(tenant_id, endpoint_id, reason, id) WHERE resolved_at IS NULL',
};

export class DeadLetterGroupTypes1764000241000 implements MigrationInterface {
  /** Indexes are made and dropped concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, GROUPS);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${BEFORE.name}`);
  }

  /** Not beside traffic: going down is done in a transaction, whatever `transaction` says. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX IF NOT EXISTS ${BEFORE.name} ON ${BEFORE.table} ${BEFORE.definition}`);
    await runner.query(`DROP INDEX IF EXISTS ${GROUPS.name}`);
  }
}
