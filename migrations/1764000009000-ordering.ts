import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

/**
 * Deliveries in order. The sequence says what comes first; a row that has to wait for those before it says
 * `waiting_for = 'order'`, and whatever says anything else is the head of its line: the unique index lets a line (an
 * endpoint and an ordering key, '' for none) have one head at most, whoever tries to make a second. The other index holds
 * those who wait, first come first.
 *
 * Both are partial: deliveries without an order, which nearly all are, touch neither. Made beside running traffic, so not
 * in a transaction.
 */
export class Ordering1764000009000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints ADD COLUMN IF NOT EXISTS ordering text NOT NULL DEFAULT 'none'`);
    await runner.query(`CREATE SEQUENCE IF NOT EXISTS delivery_order_seq`);
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS open_deliveries_head_key`);
    await runner.query(
      `CREATE UNIQUE INDEX CONCURRENTLY open_deliveries_head_key ON open_deliveries (endpoint_id, order_key)
        WHERE order_seq IS NOT NULL AND waiting_for <> 'order'`,
    );
    await buildIndex(runner, {
      name: 'open_deliveries_order_idx',
      table: 'open_deliveries',
      definition: `(endpoint_id, order_key, order_seq) WHERE waiting_for = 'order'`,
    });
  }

  /** Not beside traffic: going down is done in a transaction, whatever `transaction` says. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS open_deliveries_order_idx`);
    await runner.query(`DROP INDEX IF EXISTS open_deliveries_head_key`);
    await runner.query(`DROP SEQUENCE IF EXISTS delivery_order_seq`);
    await runner.query(`ALTER TABLE endpoints DROP COLUMN IF EXISTS ordering`);
  }
}
