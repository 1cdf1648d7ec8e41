import type { Claimed, Turn } from '#deliveries';
import type { Uuid } from '#kernel';

/** Endpoints that are kept in mind. With more the pump looks at their rows again and again instead. */
const MAX_ENDPOINTS = 2_000;

/** Rows that an endpoint is asked for at first, and at most. */
const FIRST_ROWS = 16;
const MOST_ROWS = 256;

/** Times come back from the database as fractions, and an index is asked for no less than what was due then. */
const ROUNDING_MS = 1;

/** An endpoint that has due rows which looking at what falls due does not come to any more. */
interface Waiting {
  readonly endpointId: Uuid;
  /** Whose turn its turn is: the tenant's, or its own while the tenant is not known. */
  group: Uuid;
  /** It has none that fell due before; epoch milliseconds. */
  sinceMs: number;
  /** What its lane seems to have room for: doubled by each turn that left room, halved by each that filled the lane. */
  rows: number;
}

/**
 * The endpoints whose due rows were left where they are, since their lanes were full or others had to have their turn.
 * They are asked for by name when their lanes have room: tenants in turn, and within a tenant endpoints in turn.
 *
 * Only in memory, and in one worker: what is forgotten here is found again by looking from the beginning.
 */
export class Backlog {
  private readonly waiting = new Map<Uuid, Waiting>();
  /** Whoever stands first is next, in both maps. */
  private readonly groups = new Map<Uuid, Map<Uuid, Waiting>>();

  get size(): number {
    return this.waiting.size;
  }

  endpointIds(): Uuid[] {
    return [...this.waiting.keys()];
  }

  /** An endpoint has due rows, none older than `sinceMs`. False when it cannot be kept in mind. */
  add(endpointId: Uuid, tenantId: Uuid | null, sinceMs: number): boolean {
    const known = this.waiting.get(endpointId);
    if (known) {
      known.sinceMs = Math.min(known.sinceMs, sinceMs);
      return true;
    }
    if (this.waiting.size >= MAX_ENDPOINTS) return false;
    const waiting: Waiting = { endpointId, group: tenantId ?? endpointId, sinceMs, rows: FIRST_ROWS };
    this.waiting.set(endpointId, waiting);
    this.join(waiting);
    return true;
  }

  /** Whether any of them has room. */
  hasTurn(full: ReadonlySet<Uuid>): boolean {
    if (this.waiting.size > full.size) return true;
    for (const endpointId of this.waiting.keys()) if (!full.has(endpointId)) return true;
    return false;
  }

  /** The next turns, for `places` rows in all, of endpoints whose lanes are not `full`. */
  nextTurns(places: number, full: ReadonlySet<Uuid>): Turn[] {
    const ready = [...this.groups.values()]
      .map((group) => [...group.values()].filter(({ endpointId }) => !full.has(endpointId)))
      .filter(({ length }) => length > 0);
    const turns: Turn[] = [];
    const share = Math.max(1, Math.floor(places / ready.length));
    let left = places;
    for (const group of ready) {
      const each = Math.max(1, Math.floor(share / group.length));
      let leftOfGroup = Math.min(share, left);
      for (const waiting of group) {
        const rows = Math.min(each, leftOfGroup, waiting.rows);
        if (rows === 0) break;
        turns.push({ endpointId: waiting.endpointId, rows, sinceMs: waiting.sinceMs });
        [left, leftOfGroup] = [left - rows, leftOfGroup - rows];
        this.moveBack(waiting);
      }
    }
    return turns;
  }

  /**
   * What came of turns: who got fewer rows than it was asked for has no more that are due. The others' next rows are not
   * older than the last that came, or than `settledMs`: until then whatever was made due can be seen.
   */
  settle(turns: readonly Turn[], claimed: readonly Claimed[], full: ReadonlySet<Uuid>, settledMs: number): void {
    const results = new Map(turns.map(({ endpointId }) => [endpointId, { count: 0, lastMs: 0 }]));
    for (const { dispatch, wasDueAtMs } of claimed) {
      const result = results.get(dispatch.endpointId);
      if (!result) continue;
      result.count += 1;
      result.lastMs = Math.max(result.lastMs, wasDueAtMs);
      this.learn(dispatch.endpointId, dispatch.tenantId);
    }
    for (const { endpointId, rows, sinceMs } of turns) {
      const { count, lastMs } = results.get(endpointId)!;
      const waiting = this.waiting.get(endpointId);
      // It has older ones, as was said in the meantime.
      if (waiting?.sinceMs !== sinceMs) continue;
      if (count < rows) {
        this.remove(waiting);
        continue;
      }
      waiting.sinceMs = Math.min(lastMs, settledMs) - ROUNDING_MS;
      waiting.rows = full.has(endpointId) ? Math.max(1, waiting.rows >> 1) : Math.min(MOST_ROWS, waiting.rows * 2);
    }
  }

  /** Each endpoint's next turn looks from the beginning. */
  forgetSince(): void {
    for (const waiting of this.waiting.values()) waiting.sinceMs = 0;
  }

  private learn(endpointId: Uuid, tenantId: Uuid): void {
    const waiting = this.waiting.get(endpointId);
    if (!waiting || waiting.group === tenantId) return;
    this.leave(waiting);
    waiting.group = tenantId;
    this.join(waiting);
  }

  private moveBack(waiting: Waiting): void {
    const group = this.groups.get(waiting.group)!;
    group.delete(waiting.endpointId);
    group.set(waiting.endpointId, waiting);
    this.groups.delete(waiting.group);
    this.groups.set(waiting.group, group);
  }

  private remove(waiting: Waiting): void {
    this.waiting.delete(waiting.endpointId);
    this.leave(waiting);
  }

  private join(waiting: Waiting): void {
    const group = this.groups.get(waiting.group);
    if (group) group.set(waiting.endpointId, waiting);
    else this.groups.set(waiting.group, new Map([[waiting.endpointId, waiting]]));
  }

  private leave(waiting: Waiting): void {
    const group = this.groups.get(waiting.group)!;
    group.delete(waiting.endpointId);
    if (group.size === 0) this.groups.delete(waiting.group);
  }
}
