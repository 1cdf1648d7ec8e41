import { type Actor, type ActorKind, type AuditAction, type Change, recordChange } from '#audit';
import type { Executor } from '#database';
import type { Uuid } from '#kernel';
import type { Credentials } from './credentials.js';
import { type EndpointRow, OPEN_COLUMNS } from './endpoint-rows.js';
import { SUBSCRIPTION_COLUMNS, type SubscriptionRow } from './subscription-rows.js';

/** One version of an endpoint, as it is kept. */
export interface KeptVersion {
  readonly version: number;
  readonly created_at: Date;
  readonly sealed_headers: Buffer | null;
  /** As they are shown; null when there were none. */
  readonly credentials: Credentials | null;
  /** What is not sealed of the endpoint's row; null of versions from before there was a history. */
  readonly document: Partial<EndpointRow> | null;
  readonly subscriptions: readonly SubscriptionRow[] | null;
  readonly action: AuditAction | null;
  readonly actor_kind: ActorKind | null;
  readonly api_key_id: Uuid | null;
  readonly api_key_name: string | null;
  readonly on_behalf_of: string | null;
}

export const VERSION_COLUMNS = `version, created_at, sealed_headers, credentials, document, subscriptions, action, actor_kind, api_key_id,
  api_key_name, on_behalf_of`;

/** As text and never as jsonb, which cannot hold all that metadata may. */
const KEEP = `
  UPDATE endpoint_versions v
     SET document = (SELECT row_to_json(open) FROM (SELECT ${OPEN_COLUMNS} FROM endpoints WHERE id = $1) open),
         subscriptions = coalesce((SELECT json_agg(row_to_json(s) ORDER BY s.id)
                                     FROM (SELECT ${SUBSCRIPTION_COLUMNS} FROM subscriptions
                                            WHERE endpoint_id = $1 AND deleted_at IS NULL) s), '[]'),
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
