import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an event must carry for a subscription to take it: a filter as it was given, null for none. */
export class SubscriptionFilters1764000130000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE subscriptions ADD COLUMN IF NOT EXISTS filter json`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE subscriptions DROP COLUMN IF EXISTS filter`);
  }
}
