import { Injectable } from '@nestjs/common';
import { Database, type Executor, plainArray, withRetries } from '#database';
import type { Uuid } from '#kernel';
import {
  CANCEL_SCHEDULED,
  CANCEL_SCHEDULED_OF_TENANT,
  DUE_EVENTS,
  POSTPONE_SCHEDULED,
} from './scheduled-statements.js';

/** Tenants that one look gives a turn at most, when more is due than it takes. */
const TURNS = 100;

/** Events that one statement cancels, so that a tenant with a million of them does not make one transaction. */
const BATCH = 1_000;

/** A fan-out that locks the same rows in another order may make one of the two start again. */
const TRIES = 4;

/** Before all tenants: whose turn comes after nobody's. */
export const FIRST_TURN: Uuid = '00000000-0000-0000-0000-000000000000';

/** A scheduled event that is due, as far as matching goes. */
export interface DueEvent {
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly dueAtMs: number;
  /** Null: the event itself is not there any more. */
  readonly type: string | null;
  readonly channels: readonly string[] | null;
  /** The one endpoint that it is meant for. */
  readonly endpointId: Uuid | null;
  readonly orderingKey: string | null;
  /** When its deliveries die: by its own expiry or with its retention. */
  readonly expiresAtMs: number | null;
}

/** What is due, oldest first. */
export interface DueLook {
  readonly events: readonly DueEvent[];
  /** After which tenant the next look goes on; null: from the first. */
  readonly lastTenantId: Uuid | null;
  /** Milliseconds until the next event falls due, if that is soon; it may have happened already. */
  readonly nextInMs: number | null;
}

type LookRow = Omit<DueLook, 'events'> & { readonly eventId: null };

/** The guarded statements on events that wait for their `deliverAt`. */
@Injectable()
export class ScheduledEventStore {
  constructor(private readonly db: Database) {}

  /** Looks for due events and takes nothing: whoever writes their deliveries first has them. */
  async due(limit: number, afterTenantId: Uuid, retentionDays: number): Promise<DueLook> {
    const answer = await this.db.query<DueEvent | LookRow>(DUE_EVENTS, [limit, afterTenantId, TURNS, retentionDays]);
    const isLook = (row: DueEvent | LookRow): row is LookRow => row.eventId === null;
    const { lastTenantId, nextInMs } = answer.find(isLook)!;
    const events = answer.filter((row) => !isLook(row)).sort(byDueTime);
    return { events, lastTenantId, nextInMs };
  }

  /** Cancels events that nothing was made of yet; answers which ones. To be called before their deliveries are cancelled. */
  async cancel(tx: Executor, eventIds: readonly Uuid[], reason: string): Promise<Uuid[]> {
    const rows = await tx.query<{ id: Uuid }>(CANCEL_SCHEDULED, [plainArray(eventIds), reason]);
    return rows.map(({ id }) => id);
  }

  /** Cancels whatever a tenant has scheduled. Answers how many events that were. */
  async cancelOfTenant(tenantId: Uuid, reason: string): Promise<number> {
    for (let total = 0; ; ) {
      const rows = await withRetries(TRIES, () => this.db.query(CANCEL_SCHEDULED_OF_TENANT, [tenantId, reason, BATCH]));
      total += rows.length;
      if (rows.length < BATCH) return total;
    }
  }

  /** Lets an event that cannot be fanned out wait, so that it is not looked at all the time. */
  async postpone(eventIds: readonly Uuid[], byMs: number): Promise<void> {
    await this.db.query(POSTPONE_SCHEDULED, [plainArray(eventIds), byMs]);
  }
}

function byDueTime(a: DueEvent, b: DueEvent): number {
  return a.dueAtMs - b.dueAtMs || (a.eventId < b.eventId ? -1 : 1);
}
