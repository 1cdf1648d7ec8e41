import type { Uuid } from '#kernel';

/** Whose traffic someone gets to see. What is outside does not exist for them. */
export interface Viewer {
  /** Null: of all tenants. */
  readonly tenantIds: readonly Uuid[] | null;
  /** Only what was published with this API key, and what became of it; null: whoever published it. */
  readonly publishedBy: Uuid | null;
}
