import type { Uuid } from '#kernel';
import type { Lane } from './lane.js';
import { Round } from './round.js';
import type { TenantPart } from './tenant-part.js';

/** A tenant may have this many times as many requests in flight as there are free slots, beside a sixteenth of all. */
const TIMES_FREE = 15;

/** Tenants that are remembered while they hold nothing. Made anew a tenant costs an object, so these are few. */
const MAX_REMEMBERED = 1_000;

/**
 * Whose turn it is to start a request: tenants in turn, and within a tenant its lanes. So a tenant with a hundred
 * endpoints does not go a hundred times while another goes once, and however many of them hang, slots are left for the
 * others. What a tenant may have in flight depends on how many slots are free, as for lanes: one that is alone may have
 * seven eighths of them.
 */
export class TenantTurns {
  private readonly parts = new Map<Uuid, TenantPart<Lane>>();
  private readonly round = new Round<TenantPart<Lane>>();
  private readonly reserve: number;

  constructor(private readonly concurrency: number) {
    this.reserve = concurrency >> 4;
  }

  heldOf(tenantId: Uuid): number {
    return this.parts.get(tenantId)?.held ?? 0;
  }

  partOf(tenantId: Uuid): TenantPart<Lane> {
    let part = this.parts.get(tenantId);
    if (!part) {
      part = { tenantId, held: 0, inFlight: 0, largeBodies: 0, lanes: new Round(), isInRound: false };
      this.parts.set(tenantId, part);
    }
    return part;
  }

  /** A lane has something to start. */
  join(lane: Lane): void {
    if (lane.isInRound) return;
    lane.isInRound = true;
    lane.part!.lanes.join(lane);
    this.rejoin(lane.part!);
  }

  /** A tenant that was at its bound is below it again. */
  rejoin(part: TenantPart<Lane>): void {
    if (part.isInRound || part.lanes.length === 0) return;
    part.isInRound = true;
    this.round.join(part);
  }

  /** The lane whose turn it is, with `inFlight` requests under way in all; undefined when no tenant may start one. */
  next(inFlight: number): Lane | undefined {
    for (let part = this.round.next(); part !== undefined; part = this.round.next()) {
      part.isInRound = false;
      // It comes back when one of its own requests ends.
      if (part.inFlight >= this.bound(inFlight)) continue;
      const lane = part.lanes.next()!;
      lane.isInRound = false;
      this.rejoin(part);
      return lane;
    }
    return undefined;
  }

  /** To be called when a tenant may hold nothing any more. */
  emptied(part: TenantPart<Lane>): void {
    if (this.parts.size <= MAX_REMEMBERED || part.held > 0 || part.isInRound || part.lanes.length > 0) return;
    this.parts.delete(part.tenantId);
  }

  private bound(inFlight: number): number {
    return Math.max(1, (this.concurrency - inFlight - this.reserve) * TIMES_FREE);
  }
}
