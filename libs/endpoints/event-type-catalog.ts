import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { SchemaVersions } from '#schemas';

/** What is known of an event type without its schemas. */
export interface CatalogEntry {
  /** Of its schemas: a number that they, and no others, ever have; null when it has none. */
  readonly revision: string | null;
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
           (SELECT json_agg(json_build_object('name', t.name, 'revision',
                              CASE WHEN t.schemas IS NOT NULL THEN t.schemas_revision::text END))
              FROM event_types t) AS types
      FROM event_type_catalog c
     WHERE c.version IS DISTINCT FROM $1::int`,
};

const SCHEMAS: Statement = {
  name: 'schemas_of_event_type',
  text: `SELECT schemas FROM event_types WHERE name = $1 AND schemas_revision = $2::bigint`,
};

/** Event types whose schemas are kept compiled; the one that was not asked for longest goes first. */
const COMPILED_TYPES = 500;

interface Compiled {
  readonly revision: string;
  /** Null until they were read. */
  schemas: SchemaVersions | null;
  readonly reading: Promise<SchemaVersions | null>;
}

/**
 * The event types that are described, kept in the process. As with tenants' configurations, it is never asked whether
 * what is kept is fresh: the publish statement compares the version of the catalog inside its transaction, and on a
 * mismatch the publisher asks for it anew. Only a refusal meets no such check, and is for {@link loadAfter} to confirm.
 */
@Injectable()
export class EventTypeCatalog {
  private kept: Catalog | null = null;
  /** The number of the read that told of it. */
  private keptSince = 0;
  private loading: { readonly number: number; readonly catalog: Promise<Catalog> } | null = null;
  private begun = 0;
  /** By type, in the order of use. */
  private readonly compiled = new Map<string, Compiled>();

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
    const catalog = this.read(number).finally(() => {
      if (this.loading?.number === number) this.loading = null;
    });
    this.loading = { number, catalog };
    return catalog;
  }

  /** The schemas of a type as of their revision; null when they have not been read yet. */
  peekSchemas(type: string, revision: string): SchemaVersions | null {
    const known = this.compiled.get(type);
    if (known?.revision !== revision) return null;
    if (this.compiled.size > COMPILED_TYPES / 2) this.keep(type, known);
    return known.schemas;
  }

  /** Reads the schemas of a type as of their revision; null when that is not theirs any more. */
  async loadSchemas(type: string, revision: string): Promise<SchemaVersions | null> {
    const known = this.compiled.get(type);
    if (known?.revision === revision) return known.reading;
    const entry: Compiled = { revision, schemas: null, reading: this.readSchemas(type, revision) };
    this.keep(type, entry);
    const forget = (): void => {
      if (this.compiled.get(type) === entry) this.compiled.delete(type);
    };
    void entry.reading.then((found) => (found ? (entry.schemas = found) : forget()), forget);
    return entry.reading;
  }

  private keep(type: string, entry: Compiled): void {
    this.compiled.delete(type);
    if (this.compiled.size >= COMPILED_TYPES) this.compiled.delete(this.compiled.keys().next().value!);
    this.compiled.set(type, entry);
  }

  private async read(number: number): Promise<Catalog> {
    const known = this.kept;
    const [row] = await this.db.query<{ version: number; types: ({ name: string } & CatalogEntry)[] | null }>(LOAD, [
      known?.version ?? null,
    ]);
    const catalog = row
      ? { version: row.version, types: new Map((row.types ?? []).map(({ name, revision }) => [name, { revision }])) }
      : known!;
    // Reads may come back in another order than they were begun in. Not by the version, which goes back when a replica
    // that lagged takes the place of the database.
    if (number > this.keptSince) {
      this.kept = catalog;
      this.keptSince = number;
    }
    return catalog;
  }

  private async readSchemas(type: string, revision: string): Promise<SchemaVersions | null> {
    const [row] = await this.db.query<{ schemas: Record<string, unknown> | null }>(SCHEMAS, [type, revision]);
    return row?.schemas ? new SchemaVersions(row.schemas) : null;
  }
}
