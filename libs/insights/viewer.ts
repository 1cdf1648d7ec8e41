import type { Uuid } from '#kernel';

/** Whose traffic someone gets to see. What is outside does not exist for them. */
export interface Viewer {
  /** Null: of all tenants. */
  readonly tenantIds: readonly Uuid[] | null;
  /** Only what was published with this API key, and what became of it; null: whoever published it. */
  readonly publishedBy: Uuid | null;
  /** Whether they see what stands at the places in `data` that an event type redacts. */
  readonly seesRedacted: boolean;
}

/**
 * As SQL, the JSON Pointers to what the viewer does not get to see in `data` of events of a type: a `text[]`, empty when
 * they see everything. Read with the row that it is about, so that a change counts at once, for what is old as well.
 */
export function hiddenPaths({ seesRedacted }: Pick<Viewer, 'seesRedacted'>, type: string): string {
  if (seesRedacted) return `'{}'::text[]`;
  return `coalesce((SELECT catalog.redact FROM event_types catalog WHERE catalog.name = ${type}), '{}')`;
}
