import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type Uuid, uuidFloor, uuidTime } from '#kernel';
import { TEST_EVENT_TYPES } from '#policy';

/** A part of an endpoint's traffic, and the events that its owner has of it. */
export interface Holdings {
  readonly endpointId: Uuid;
  /** Of when the delivery to the endpoint was made: `[since, until)`. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly eventIds: ReadonlySet<Uuid>;
}

export interface Reconciliation {
  /** Events that were to go to the endpoint in that time and are not among its owner's, oldest first. */
  readonly missing: readonly Uuid[];
  /** Those of its owner's that never were to go to it, at any time. */
  readonly unknown: readonly Uuid[];
  /** Where the next look begins when this one has come upon as much as it may; null at the end. */
  readonly nextSinceMs: number | null;
}

/** Deliveries that one answer looks at. */
const LOOKED_AT = 10_000;

/**
 * What was made for the endpoint $1 from $2 on and below $3, open or ended, $4 rows. What somebody has called off nobody
 * lacks; what was cancelled because the endpoint was disabled it does.
 */
const MADE = `
  SELECT id, event_id AS "eventId"
    FROM ((SELECT id, event_id FROM open_deliveries
            WHERE endpoint_id = $1 AND id >= $2 AND id < $3
            ORDER BY id LIMIT $4)
           UNION ALL
          (SELECT id, event_id FROM deliveries
            WHERE endpoint_id = $1 AND id >= $2 AND id < $3 AND type <> ALL ('{${TEST_EVENT_TYPES.join()}}')
              AND (status <> 'cancelled' OR cancel_reason = 'endpoint_disabled')
            ORDER BY id LIMIT $4)) made
   ORDER BY id LIMIT $4`;

/** Those of the events $2 that were ever to go to the endpoint $1. No delivery of them is older than $3. */
const KNOWN = `
  SELECT event_id AS id FROM open_deliveries WHERE endpoint_id = $1 AND event_id = ANY ($2::uuid[])
   UNION
  SELECT event_id FROM deliveries WHERE endpoint_id = $1 AND event_id = ANY ($2::uuid[]) AND id >= $3`;

/** A delivery's id is made after its event's, but perhaps by another process: clocks agree better than this. */
const CLOCK_SLACK_MS = 60_000;

/** Compares what an endpoint's owner has with what was to go there. */
@Injectable()
export class ReconciliationReadModel {
  constructor(private readonly db: Database) {}

  async compare({ endpointId, sinceMs, untilMs, eventIds }: Holdings): Promise<Reconciliation> {
    const bounds = [endpointId, uuidFloor(sinceMs), uuidFloor(untilMs), LOOKED_AT + 1];
    const rows = await this.db.query<{ id: Uuid; eventId: Uuid }>(MADE, bounds);
    const [beyond] = rows.splice(LOOKED_AT);
    const made = new Set(rows.map(({ eventId }) => eventId));
    const elsewhere = [...eventIds].filter((id) => !made.has(id));
    return {
      missing: [...made].filter((id) => !eventIds.has(id)),
      unknown: await this.withoutKnown(endpointId, elsewhere),
      nextSinceMs: beyond ? uuidTime(beyond.id) : null,
    };
  }

  private async withoutKnown(endpointId: Uuid, eventIds: readonly Uuid[]): Promise<Uuid[]> {
    if (eventIds.length === 0) return [];
    const oldest = eventIds.reduce((a, b) => (a < b ? a : b));
    const from = uuidFloor(uuidTime(oldest) - CLOCK_SLACK_MS);
    const rows = await this.db.query<{ id: Uuid }>(KNOWN, [endpointId, eventIds, from]);
    const known = new Set(rows.map(({ id }) => id));
    return eventIds.filter((id) => !known.has(id));
  }
}
