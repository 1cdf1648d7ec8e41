import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';

/** Something that a replay was asked for by its id. */
export interface Original {
  /** The id that was asked for. */
  readonly id: Uuid;
  readonly tenantId: Uuid;
  /** Of a dead letter, its delivery. */
  readonly deliveryId: Uuid | null;
}

/** The ids that were asked for, by kind. */
export interface AskedOriginals {
  readonly deliveryIds: readonly Uuid[];
  readonly deadLetterIds: readonly Uuid[];
  readonly eventIds: readonly Uuid[];
}

/** $1 deliveries, $2 dead letters, $3 events, $4 tenants (null: all). */
const FIND = `
  SELECT id, tenant_id AS "tenantId", "deliveryId"
    FROM (
      SELECT id, tenant_id, id AS "deliveryId" FROM open_deliveries WHERE id = ANY ($1::uuid[])
       UNION ALL
      SELECT id, tenant_id, id FROM deliveries WHERE id = ANY ($1::uuid[])
       UNION ALL
      SELECT id, tenant_id, delivery_id FROM dead_letters WHERE id = ANY ($2::uuid[])
       UNION ALL
      SELECT id, tenant_id, NULL FROM events WHERE id = ANY ($3::uuid[])
    ) original
   WHERE $4::uuid[] IS NULL OR tenant_id = ANY ($4)`;

/** Looks up deliveries, dead letters and events that are to be replayed by name. */
@Injectable()
export class OriginalFinder {
  constructor(private readonly db: Database) {}

  /** Those that there are, of these tenants (null: of any). */
  async find(
    { deliveryIds, deadLetterIds, eventIds }: AskedOriginals,
    tenantIds: readonly Uuid[] | null,
  ): Promise<Original[]> {
    return this.db.query<Original>(FIND, [deliveryIds, deadLetterIds, eventIds, tenantIds]);
  }
}
