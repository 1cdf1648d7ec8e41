import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When somebody has cancelled an event of which there were deliveries already. What became of those they say themselves;
 * this is for endpoints that have none, which are not to get it as something that they have missed.
 */
export class EventsCalledOff1764000242000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE events ADD COLUMN IF NOT EXISTS called_off_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE events DROP COLUMN IF EXISTS called_off_at`);
  }
}
