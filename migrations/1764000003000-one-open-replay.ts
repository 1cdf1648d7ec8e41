import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An event has one open replay to an endpoint at most, whoever asks for it at the same moment and through which process:
 * the second insert finds the first one's entry. So a replay needs no lock of its own. Only replays are in the index;
 * publishing does not pay for it.
 *
 * Made beside running traffic, so not in a transaction. If it is interrupted, an unusable index stays behind, which the
 * next run drops.
 */
export class OneOpenReplay1764000003000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS open_deliveries_replay_key`);
    await runner.query(
      `CREATE UNIQUE INDEX CONCURRENTLY open_deliveries_replay_key ON open_deliveries (event_id, endpoint_id)
        WHERE replay_of IS NOT NULL`,
    );
  }

  /** Not beside traffic: going down is done in a transaction, whatever `transaction` says. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX IF EXISTS open_deliveries_replay_key`);
  }
}
