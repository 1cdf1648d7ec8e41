import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The catalog of event types is another one only when publishing has to do with it: when a type comes, goes, or has
 * other schemas. And schemas have a revision out of a sequence, which is never given twice, not even to a type that was
 * deleted and made again. Given by the database, so that no change passes by, whichever release makes it.
 */
export class SchemaRevisions1764000250000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE SEQUENCE IF NOT EXISTS event_type_schemas_revisions`);
    await runner.query(`
      ALTER TABLE event_types ADD COLUMN IF NOT EXISTS
        schemas_revision bigint NOT NULL DEFAULT nextval('event_type_schemas_revisions')`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION revise_event_type_schemas() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.schemas_revision := nextval('event_type_schemas_revisions');
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER event_types_revise_schemas BEFORE UPDATE ON event_types
        FOR EACH ROW WHEN (OLD.schemas::text IS DISTINCT FROM NEW.schemas::text)
        EXECUTE FUNCTION revise_event_type_schemas()`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER event_types_raise_catalog AFTER INSERT OR DELETE ON event_types
        FOR EACH ROW EXECUTE FUNCTION raise_event_type_catalog()`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER event_types_raise_catalog_by_schemas AFTER UPDATE ON event_types
        FOR EACH ROW WHEN (OLD.schemas_revision <> NEW.schemas_revision)
        EXECUTE FUNCTION raise_event_type_catalog()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TRIGGER IF EXISTS event_types_raise_catalog_by_schemas ON event_types`);
    await runner.query(`DROP TRIGGER IF EXISTS event_types_revise_schemas ON event_types`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER event_types_raise_catalog AFTER INSERT OR UPDATE OR DELETE ON event_types
        FOR EACH ROW EXECUTE FUNCTION raise_event_type_catalog()`);
    await runner.query(`DROP FUNCTION IF EXISTS revise_event_type_schemas`);
    await runner.query(`ALTER TABLE event_types DROP COLUMN IF EXISTS schemas_revision`);
    await runner.query(`DROP SEQUENCE IF EXISTS event_type_schemas_revisions`);
  }
}
