import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether an endpoint that waits for a proof was paused before: then it is again, and not enabled, when it has proven. Means
 * nothing where none is awaited.
 */
export class PauseAfterProof1764000255000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE endpoints ADD COLUMN IF NOT EXISTS pause_after_proof boolean NOT NULL DEFAULT false`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE endpoints DROP COLUMN IF EXISTS pause_after_proof`);
  }
}
