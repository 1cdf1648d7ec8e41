import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { SchemaVersions } from '#schemas';

/** What is known of an event type without its schemas. */
export interface CatalogEntry {
  readonly version: number;
  readonly hasSchemas: boolean;
}

/** The catalog of event types as of a version. */
export interface Catalog {
  readonly version: number;
  readonly types: ReadonlyMap<string, CatalogEntry>;
}

/** Answers nothing when the catalog still is the one that is known. */
const LOAD: Statement = {
  name: 'load_event_type_catalog',
  text: `
    SELECT c.version,
           (SELECT json_agg(json_build_object('name', t.name, 'version', t.version,
                                              'hasSchemas', t.schemas IS NOT NULL))
              FROM event_types t) AS types
      FROM event_type_catalog c
     WHERE c.version IS DISTINCT FROM $1::int`,
};

const SCHEMAS: Statement = {
  name: 'schemas_of_event_type',
  text: `SELECT schemas FROM event_types WHERE name = $1 AND version = $2`,
};

/** Event types whose schemas are kept compiled; the one that was not asked for longest goes first. */
const COMPILED_TYPES = 500;

/**
 * The event types that are described, kept in the process. As with tenants' configurations, it is never asked whether
 * what is kept is fresh: the publish statement compares the version of the catalog inside its transaction, and on a
 * mismatch the publisher asks for it anew. Only a refusal meets no such check, and is for {@link loadAfter} to confirm.
 */
@Injectable()
export class EventTypeCatalog {
  private kept: Catalog | null = null;
  private loading: { readonly number: number; readonly catalog: Promise<Catalog> } | null = null;
  private begun = 0;
  /** By type, in the order of use. */
  private readonly compiled = new Map<string, { version: number; schemas: Promise<SchemaVersions | null> }>();

  constructor(private readonly db: Database) {}

  /** As it is kept; null before it was first loaded. */
  peek(): Catalog | null {
    return this.kept;
  }

  /** How many reads were begun so far: a point in time for {@link loadAfter}. */
  get readsBegun(): number {
    return this.begun;
  }

  /** As it is in the database, by a read that began after the first `reads`. Those who ask together share one. */
  async loadAfter(reads: number): Promise<Catalog> {
    if (this.loading !== null && this.loading.number > reads) return this.loading.catalog;
    const number = ++this.begun;
    const catalog = this.read().finally(() => {
      if (this.loading?.number === number) this.loading = null;
    });
    this.loading = { number, catalog };
    return catalog;
  }

  /** The schemas of a type as of its version; null when that is not its version any more. */
  async schemasOf(type: string, version: number): Promise<SchemaVersions | null> {
    const known = this.compiled.get(type);
    if (known?.version === version) {
      if (this.compiled.size > COMPILED_TYPES / 2) this.keep(type, known);
      return known.schemas;
    }
    const schemas = this.readSchemas(type, version);
    const entry = { version, schemas };
    this.keep(type, entry);
    const forget = (): void => {
      if (this.compiled.get(type) === entry) this.compiled.delete(type);
    };
    void schemas.then((found) => found ?? forget(), forget);
    return schemas;
  }

  private keep(type: string, entry: { version: number; schemas: Promise<SchemaVersions | null> }): void {
    this.compiled.delete(type);
    if (this.compiled.size >= COMPILED_TYPES) this.compiled.delete(this.compiled.keys().next().value!);
    this.compiled.set(type, entry);
  }

  private async read(): Promise<Catalog> {
    const [row] = await this.db.query<{
      version: number;
      types: { name: string; version: number; hasSchemas: boolean }[] | null;
    }>(LOAD, [this.kept?.version ?? null]);
    if (row) {
      const types = new Map((row.types ?? []).map(({ name, ...entry }) => [name, entry]));
      // Reads may come back in another order than they were begun in.
      if (this.kept === null || this.kept.version < row.version) this.kept = { version: row.version, types };
    }
    return this.kept!;
  }

  private async readSchemas(type: string, version: number): Promise<SchemaVersions | null> {
    const [row] = await this.db.query<{ schemas: Record<string, unknown> | null }>(SCHEMAS, [type, version]);
    return row?.schemas ? new SchemaVersions(row.schemas) : null;
  }
}
