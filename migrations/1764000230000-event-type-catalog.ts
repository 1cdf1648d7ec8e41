import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One version for the catalog of event types as a whole, which the publish statement compares with the one that events
 * were checked against. Raised by the database itself, so that no change passes by, whichever release makes it. For each
 * row that changes and not for each statement: whoever changes nothing must wait for nobody.
 */
export class EventTypeCatalog1764000230000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS event_type_catalog (
        id int PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        version int NOT NULL
      )`);
    await runner.query(`INSERT INTO event_type_catalog (version) VALUES (1) ON CONFLICT DO NOTHING`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION raise_event_type_catalog() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE event_type_catalog SET version = version + 1;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER event_types_raise_catalog AFTER INSERT OR UPDATE OR DELETE ON event_types
        FOR EACH ROW EXECUTE FUNCTION raise_event_type_catalog()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER IF EXISTS event_types_raise_catalog ON event_types`);
    await runner.query(`DROP FUNCTION IF EXISTS raise_event_type_catalog`);
    await runner.query(`DROP TABLE IF EXISTS event_type_catalog`);
  }
}
