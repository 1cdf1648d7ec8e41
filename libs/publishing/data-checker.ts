import type { Catalog, EventTypeCatalog } from '#endpoints';
import type { EventDraft } from '#events';
import { type PosthornError, zip } from '#kernel';
import type { SchemaVersions } from '#schemas';
import { mismatch } from './refusals.js';
import { TurnTime } from './turn-time.js';

/** What a publisher should know of an event that was taken all the same. */
export type TypeWarning = 'unknown_event_type' | 'unknown_schema_version' | 'unusable_schema';

/** What came of holding an event against the catalog of event types, as of a version of it. */
export interface CheckedData {
  readonly catalogVersion: number;
  readonly warnings: readonly TypeWarning[];
  /** Why it is refused: what does not match the schema that it is held against. */
  readonly refusal: PosthornError | null;
}

type CheckedDraft = Pick<EventDraft, 'type' | 'schemaVersion' | 'data' | 'dataValue'>;

/**
 * Holds what events carry against the schemas of their types. Types without schemas cost a look-up. What was parsed is
 * let go of as soon as it has been looked at, and before any wait for the database: it takes many times the room of its
 * text. In the rare case that it is wanted once more, it is parsed again.
 */
export class DataChecker {
  constructor(
    private readonly types: Pick<EventTypeCatalog, 'peek' | 'readsBegun' | 'loadAfter' | 'peekSchemas' | 'loadSchemas'>,
    private readonly turn = new TurnTime(),
  ) {}

  /** Against the catalog as it is kept; a refusal only against one that was read after the events came. */
  async check(drafts: readonly CheckedDraft[]): Promise<CheckedData[]> {
    const asOf = this.types.readsBegun;
    const checked = await this.checkAgainst(this.types.peek() ?? (await this.firstCatalog(drafts)), drafts);
    if (checked.every(({ refusal }) => refusal === null)) return checked;
    const fresh = await this.types.loadAfter(asOf);
    const isOutdated = ({ refusal, catalogVersion }: CheckedData): boolean =>
      refusal !== null && catalogVersion !== fresh.version;
    const outdated = drafts.filter((_, index) => isOutdated(checked[index]!));
    const again = new Map(zip(outdated, await this.checkAgainst(fresh, outdated)));
    return zip(drafts, checked).map(([draft, one]) => again.get(draft) ?? one);
  }

  /** Against the catalog as it is in the database. */
  async recheck(drafts: readonly CheckedDraft[]): Promise<CheckedData[]> {
    return this.checkAgainst(await this.types.loadAfter(this.types.readsBegun), drafts);
  }

  private async firstCatalog(drafts: readonly CheckedDraft[]): Promise<Catalog> {
    drafts.forEach(letGo);
    return this.types.loadAfter(0);
  }

  /** One after the other: what has to wait for its turn is one event, however many there are. */
  private async checkAgainst(catalog: Catalog, drafts: readonly CheckedDraft[]): Promise<CheckedData[]> {
    const checked: CheckedData[] = [];
    for (const draft of drafts) if (!catalog.types.get(draft.type)?.revision) letGo(draft);
    for (const draft of drafts) checked.push(uncheckedBy(catalog, draft) ?? (await this.checkOne(catalog, draft)));
    return checked;
  }

  private async checkOne(catalog: Catalog, draft: CheckedDraft): Promise<CheckedData> {
    for (let latest = catalog; ; latest = await this.types.loadAfter(this.types.readsBegun)) {
      const unchecked = uncheckedBy(latest, draft);
      if (unchecked) return unchecked;
      const schemas = await this.schemasOf(draft, latest.types.get(draft.type)!.revision!);
      if (schemas !== null) return this.turn.run(() => judge(latest.version, schemas, draft));
    }
  }

  /** Null when they have changed since. */
  private async schemasOf(draft: CheckedDraft, revision: string): Promise<SchemaVersions | null> {
    const known = this.types.peekSchemas(draft.type, revision);
    if (known !== null) return known;
    letGo(draft);
    return this.types.loadSchemas(draft.type, revision);
  }
}

const NONE: readonly TypeWarning[] = [];

/** Null when the type has schemas. */
function uncheckedBy({ version: catalogVersion, types }: Catalog, draft: CheckedDraft): CheckedData | null {
  const type = types.get(draft.type);
  if (type) return type.revision === null ? { catalogVersion, warnings: NONE, refusal: null } : null;
  // Without any described type there is no catalog to be missing from.
  return { catalogVersion, warnings: types.size > 0 ? ['unknown_event_type'] : NONE, refusal: null };
}

function judge(catalogVersion: number, schemas: SchemaVersions, draft: CheckedDraft): CheckedData {
  const value = draft.dataValue === undefined ? (JSON.parse(draft.data) as unknown) : draft.dataValue;
  letGo(draft);
  const verdict = schemas.check(draft.schemaVersion, value, draft.data.length);
  switch (verdict.kind) {
    case 'no_schemas':
      return { catalogVersion, warnings: NONE, refusal: null };
    case 'unknown_version':
      return { catalogVersion, warnings: ['unknown_schema_version'], refusal: null };
    case 'unusable':
      return { catalogVersion, warnings: ['unusable_schema'], refusal: null };
    case 'checked':
      return { catalogVersion, warnings: NONE, refusal: mismatch(draft.type, verdict.version, verdict.mismatches) };
  }
}

function letGo(draft: CheckedDraft): void {
  draft.dataValue = undefined;
}
