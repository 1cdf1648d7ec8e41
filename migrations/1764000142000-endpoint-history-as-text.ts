import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As the text that it is: jsonb cannot hold all that metadata may, such as an escaped NUL. */
export class EndpointHistoryAsText1764000142000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.make(runner, 'json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.make(runner, 'jsonb');
  }

  private async make(runner: QueryRunner, type: string): Promise<void> {
    await runner.query(`
      ALTER TABLE endpoint_versions ALTER COLUMN document TYPE ${type} USING document::${type},
        ALTER COLUMN subscriptions TYPE ${type} USING subscriptions::${type}`);
  }
}
