import type { Catalog, EventTypeCatalog } from '#endpoints';
import type { EventDraft } from '#events';
import { type FieldError, PosthornError } from '#kernel';

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

/** Checks run so long without a break at most: whoever else waits for this process has a turn then. */
const TURN_MS = 10;

/** Holds what events carry against the schemas of their types. Types without schemas cost a look-up. */
export class DataChecker {
  /** What the checks of this turn of the event loop have taken. */
  private usedMs = 0;
  private isTurnWatched = false;

  constructor(private readonly types: EventTypeCatalog) {}

  /** Against the catalog as it is kept; a refusal only against one that was read after the event came. */
  async check(draft: CheckedDraft): Promise<CheckedData> {
    const asOf = this.types.readsBegun;
    const checked = await this.checkAgainst(this.types.peek() ?? (await this.types.loadAfter(0)), draft);
    if (checked.refusal === null) return checked;
    const fresh = await this.types.loadAfter(asOf);
    return fresh.version === checked.catalogVersion ? checked : this.checkAgainst(fresh, draft);
  }

  /** Against the catalog as it is in the database. */
  async recheck(drafts: readonly CheckedDraft[]): Promise<CheckedData[]> {
    const catalog = await this.types.loadAfter(this.types.readsBegun);
    return Promise.all(drafts.map((draft) => this.checkAgainst(catalog, draft)));
  }

  private async checkAgainst(catalog: Catalog, draft: CheckedDraft): Promise<CheckedData> {
    const { version: catalogVersion, types } = catalog;
    const type = types.get(draft.type);
    // Without any described type there is no catalog to be missing from.
    if (!type) return { catalogVersion, warnings: types.size > 0 ? ['unknown_event_type'] : NONE, refusal: null };
    if (!type.hasSchemas) return { catalogVersion, warnings: NONE, refusal: null };
    const schemas = await this.types.schemasOf(draft.type, type.version);
    if (schemas === null) return this.checkAgainst(await this.types.loadAfter(this.types.readsBegun), draft);
    await this.turn();
    const beganAtMs = performance.now();
    const verdict = schemas.check(draft.schemaVersion, draft.dataValue, draft.data.length);
    this.usedMs += performance.now() - beganAtMs;
    switch (verdict.kind) {
      case 'no_schemas':
        return { catalogVersion, warnings: NONE, refusal: null };
      case 'unknown_version':
        return { catalogVersion, warnings: ['unknown_schema_version'], refusal: null };
      case 'unusable':
        return { catalogVersion, warnings: ['unusable_schema'], refusal: null };
      case 'checked':
        return { catalogVersion, warnings: NONE, refusal: toRefusal(draft.type, verdict.version, verdict.mismatches) };
    }
  }

  /** Resolves when checks may go on in this turn of the event loop. */
  private async turn(): Promise<void> {
    for (;;) {
      if (!this.isTurnWatched) {
        this.isTurnWatched = true;
        setImmediate(() => {
          this.usedMs = 0;
          this.isTurnWatched = false;
        });
      }
      if (this.usedMs < TURN_MS) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const NONE: readonly TypeWarning[] = [];

function toRefusal(type: string, version: string, mismatches: readonly FieldError[]): PosthornError | null {
  const [first] = mismatches;
  if (!first) return null;
  const errors = mismatches.map((error) => ({ ...error, pointer: `/data${error.pointer}` }));
  const message = `The data does not match schema ${JSON.stringify(version)} of ${type}: /data${first.pointer} ${first.message}.`;
  return new PosthornError('validation_failed', message, { errors });
}
