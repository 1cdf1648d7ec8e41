import type { Uuid } from '#kernel';
import { TEST_EVENT_TYPES } from '#policy';
import type { ReplaySelection } from './replay-selection.js';
import { budgetFor, isOfType, lookParameters, toStretch, type Walk } from './walk.js';

interface LookOptions {
  /** Nothing that succeeded can be meant: there are indexes for the rest. */
  readonly isUnsuccessful: boolean;
  /** What makes a later delivery of the event to the endpoint the one that counts; an SQL condition on it. */
  readonly counts: string;
}

/**
 * Ended deliveries in the order of their ids. Of several of one event to one endpoint the last one is meant, so that a
 * replay makes one of them; whoever receives it has seen the others before it.
 *
 * Parameters as of {@link lookParameters}, and $11 status.
 */
const look = ({ isUnsuccessful, counts }: LookOptions): string => `
  SELECT d.id AS "deliveryId",
         ($7::uuid[] IS NULL OR d.tenant_id = ANY ($7)) AND ($11::text IS NULL OR d.status = $11)
           AND ${isOfType('d.type', '$8')}
           AND (d.type <> ALL ('{${TEST_EVENT_TYPES.join()}}') OR $8::text = d.type)
           AND ($9::text IS NULL OR d.cancel_reason = $9
                  OR (SELECT l.reason FROM dead_letters l WHERE l.delivery_id = d.id) = $9)
           AND (SELECT true FROM deliveries later
                 WHERE later.event_id = d.event_id AND later.id > d.id AND later.endpoint_id = d.endpoint_id AND ${counts}
                 LIMIT 1) IS NULL AS "isMatch"
    FROM deliveries d
   WHERE d.id > $1 AND d.id < $2 ${isUnsuccessful ? `AND d.status <> 'succeeded'` : ''}
     AND ($3::uuid IS NULL OR d.tenant_id = $3) AND ($4::uuid IS NULL OR d.endpoint_id = $4)
     AND ($5::uuid[] IS NULL OR d.id = ANY ($5) OR d.event_id = ANY ($6::uuid[]))
   ORDER BY d.id LIMIT $10`;

/** What somebody has tried again since is not the last word, whatever came of it. */
const CANCELLED_LOOK = look({ isUnsuccessful: true, counts: 'true' });

/** Among those that are meant: the same status, the same time, and named if names were given. */
const ALL_LOOK = look({
  isUnsuccessful: false,
  counts: `later.id < $2 AND ($11::text IS NULL OR later.status = $11)
           AND ($5::uuid[] IS NULL OR later.id = ANY ($5) OR later.event_id = ANY ($6::uuid[]))`,
});

interface Row {
  readonly deliveryId: Uuid;
  readonly isMatch: boolean;
}

/** Walks through what has ended: whatever it came to (`all`), or what was cancelled and not made again. */
export function deliveryWalk(selection: ReplaySelection): Walk {
  const sql = selection.select === 'all' ? ALL_LOOK : CANCELLED_LOOK;
  return async (db, after, limit) => {
    const budget = budgetFor(limit);
    const rows = await db.query<Row>(sql, [...lookParameters(selection, after, budget), selection.status]);
    const byDelivery = (row: Row): Uuid => row.deliveryId;
    return toStretch(rows, budget, limit, byDelivery, ({ deliveryId, isMatch }) =>
      isMatch ? { deadLetterId: null, deliveryId, missed: null } : null,
    );
  };
}
