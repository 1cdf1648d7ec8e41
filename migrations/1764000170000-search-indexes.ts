import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, type NewIndex } from './build-index.js';

/**
 * What search looks up beside what lists had already: names, URLs and uids of what is configured. None of it lies on the
 * way of an event. `text_pattern_ops`: by beginnings, whatever the locale.
 */
const INDEXES: readonly NewIndex[] = [
  { name: 'tenants_name_idx', table: 'tenants', definition: '(lower(name) text_pattern_ops) WHERE deleted_at IS NULL' },
  {
    name: 'endpoints_url_idx',
    table: 'endpoints',
    definition: '(lower(url) text_pattern_ops) WHERE deleted_at IS NULL',
  },
  {
    name: 'endpoints_own_uid_idx',
    table: 'endpoints',
    definition: '(uid) WHERE deleted_at IS NULL AND uid IS NOT NULL',
  },
];

export class SearchIndexes1764000170000 implements MigrationInterface {
  /** Indexes are made concurrently, which no transaction may do. */
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await buildIndex(runner, index);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of INDEXES) await runner.query(`DROP INDEX IF EXISTS ${name}`);
  }
}
