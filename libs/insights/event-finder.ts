import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { equals, Parameters, tenantConditions, where } from './query-parts.js';

/** What events are looked for by, beside their tenants. Null: does not matter. */
export interface EventKeys {
  readonly uid: string | null;
  readonly subject: string | null;
  readonly correlationId: string | null;
}

/** More events than this under one key, and lists go through them in order instead of looking each one up. */
const MAX_FOUND = 1_000;

/** Finds events by the business keys that have an index. */
@Injectable()
export class EventFinder {
  constructor(private readonly db: Database) {}

  /** The events of a uid: one per tenant at most. */
  async byUid(uid: string, tenantIds: readonly Uuid[] | null): Promise<Uuid[]> {
    // The uids' key begins with the tenant: without one, each tenant is asked in turn, and none costs a scan.
    const rows = await this.db.query<{ id: Uuid }>(
      `SELECT u.event_id AS id
         FROM ${tenantIds === null ? 'tenants t' : 'unnest($2::uuid[]) AS t(id)'}
        CROSS JOIN LATERAL (SELECT event_id FROM event_uids WHERE tenant_id = t.id AND uid = $1 LIMIT 1) u`,
      tenantIds === null ? [uid] : [uid, tenantIds],
    );
    return rows.map(({ id }) => id);
  }

  /** The events that have all these keys; null when there are too many to name, or no key at all was given. */
  async find({ uid, subject, correlationId }: EventKeys, tenantIds: readonly Uuid[] | null): Promise<Uuid[] | null> {
    if (uid === null && subject === null && correlationId === null) return null;
    const ofUid = uid === null ? null : await this.byUid(uid, tenantIds);
    if (ofUid !== null && subject === null && correlationId === null) return ofUid;
    const parameters = new Parameters();
    const byCorrelation = equals(parameters, 'correlation_id', correlationId);
    const bySubject = equals(parameters, 'subject', subject);
    // One index leads; what it leads to is counted, wanted or not, or a subject that all tenants use would have no end.
    const [lead, rest] = byCorrelation.length > 0 ? [byCorrelation, bySubject] : [bySubject, []];
    const ids = ofUid === null ? [] : [`id = ANY (${parameters.add(ofUid)}::uuid[])`];
    const match = [...rest, ...tenantConditions(parameters, 'tenant_id', tenantIds)];
    const rows = await this.db.query<{ id: Uuid; isMatch: boolean | null }>(
      `SELECT id, ${match.length === 0 ? 'true' : match.join(' AND ')} AS "isMatch"
         FROM events ${where([...ids, ...lead])} ORDER BY id DESC LIMIT ${parameters.add(MAX_FOUND + 1)}`,
      parameters.values,
    );
    if (rows.length > MAX_FOUND) return null;
    return rows.filter(({ isMatch }) => isMatch).map(({ id }) => id);
  }
}
