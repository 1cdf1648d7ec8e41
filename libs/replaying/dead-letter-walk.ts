import type { Uuid } from '#kernel';
import type { ReplaySelection } from './replay-selection.js';
import { budgetFor, isOfType, lookParameters, tenantsOf, toStretch, type Walk } from './walk.js';

/**
 * Dead letters that nobody has resolved, in the order of their deliveries: exactly these are in three indexes, of which a
 * look reads the shortest. A filter that is not given is no condition by the time the statement is planned.
 *
 * Parameters as of {@link lookParameters}.
 */
const LOOK = `
  SELECT l.id AS "deadLetterId", l.delivery_id AS "deliveryId",
         ($7::uuid[] IS NULL OR l.tenant_id = ANY ($7)) AND ($9::text IS NULL OR l.reason = $9)
           AND ${isOfType('l.type', '$8')} AS "isMatch"
    FROM dead_letters l
   WHERE l.resolved_at IS NULL AND l.delivery_id > $1 AND l.delivery_id < $2
     AND ($3::uuid IS NULL OR l.tenant_id = $3) AND ($4::uuid IS NULL OR l.endpoint_id = $4)
     AND ($5::uuid[] IS NULL OR l.delivery_id = ANY ($5) OR l.event_id = ANY ($6::uuid[]))
   ORDER BY l.delivery_id LIMIT $10`;

interface Row {
  readonly deadLetterId: Uuid;
  readonly deliveryId: Uuid;
  readonly isMatch: boolean;
}

/** Walks through what is dead and was neither replayed nor discarded. */
export function deadLetterWalk(selection: ReplaySelection): Walk {
  const isFiltered = tenantsOf(selection).several !== null || selection.type !== null || selection.reason !== null;
  return async (db, after, limit) => {
    const budget = isFiltered ? budgetFor(limit) : limit;
    const rows = await db.query<Row>(LOOK, lookParameters(selection, after, budget));
    const byDelivery = (row: Row): Uuid => row.deliveryId;
    return toStretch(rows, budget, limit, byDelivery, ({ deadLetterId, isMatch }) =>
      isMatch ? { deadLetterId, deliveryId: null, missed: null } : null,
    );
  };
}
