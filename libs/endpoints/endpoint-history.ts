import { type Actor, type ActorKind, type AuditAction, type Change, recordChange } from '#audit';
import type { Executor } from '#database';
import type { Uuid } from '#kernel';
import type { EndpointRow } from './endpoint-rows.js';
import type { SubscriptionRow } from './subscription-rows.js';

/** One version of an endpoint, as it is kept. */
export interface KeptVersion {
  readonly version: number;
  readonly created_at: Date;
  readonly sealed_headers: Buffer | null;
  /** The endpoint's row without what is sealed; null of versions from before there was a history. */
  readonly document: Partial<EndpointRow> | null;
  readonly subscriptions: readonly SubscriptionRow[] | null;
  readonly action: AuditAction | null;
  readonly actor_kind: ActorKind | null;
  readonly api_key_id: Uuid | null;
  readonly api_key_name: string | null;
  readonly on_behalf_of: string | null;
}

export const VERSION_COLUMNS = `version, created_at, sealed_headers, document, subscriptions, action, actor_kind, api_key_id,
  api_key_name, on_behalf_of`;

/** Columns are kept as they are, those to come included; what is sealed is not among them. */
const KEEP = `
  UPDATE endpoint_versions v
     SET document = (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(e)) WHERE NOT starts_with(key, 'sealed_')),
         subscriptions = coalesce((SELECT jsonb_agg(to_jsonb(s) ORDER BY s.id) FROM subscriptions s
                                    WHERE s.endpoint_id = e.id AND s.deleted_at IS NULL), '[]'),
         action = $2, actor_kind = $3, api_key_id = $4, api_key_name = $5, on_behalf_of = $6
    FROM endpoints e
   WHERE e.id = $1 AND v.endpoint_id = e.id AND v.version = e.version`;

/**
 * Puts a change that has made a new version of an endpoint on record: in the audit log, and as what the version holds. To be
 * called when all that belongs to the change is written.
 */
export async function recordVersion(tx: Executor, by: Actor, endpointId: Uuid, change: Change): Promise<void> {
  await recordChange(tx, by, change);
  await tx.query(KEEP, [endpointId, change.action, by.kind, by.keyId, by.keyName, by.onBehalfOf]);
}
