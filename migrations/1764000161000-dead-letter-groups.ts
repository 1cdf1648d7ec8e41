import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/** Unresolved dead letters by what they are grouped by: who asks for the groups hops from one to the next. */
const GROUPS: NewIndex = {
  name: 'dead_letters_group_idx',
  table: 'dead_letters',
  definition: '(tenant_id, endpoint_id, reason, id) WHERE resolved_at IS NULL',
};

export class DeadLetterGroups1764000161000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, GROUPS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS ${GROUPS.name}`);
  }
}
