import type { Uuid } from '#kernel';
import type { Actor } from './actor.js';
import type { AuditAction } from './audit-action.js';
import { differenceOf, type Facts } from './difference.js';

/** What is to be put on record. */
export interface Change {
  readonly action: AuditAction;
  /** What was changed: its TypeID, an event type's name; null where it is the platform itself. */
  readonly object: string | null;
  /** Whose it is; null for what belongs to the platform. */
  readonly tenantId: Uuid | null;
  /** As it may be shown: secrets as fingerprints, credentials masked. Only what differs is kept. */
  readonly before?: Facts | null;
  readonly after?: Facts | null;
}

/** One transaction of the database, as far as it is needed here. */
export interface AuditedTransaction {
  query(sql: string, values: readonly unknown[]): Promise<unknown[]>;
}

/**
 * Puts entries on record, of rows `r` with an `entry` (the text of {@link toEntry}) and a `tenant_id`. For statements that make
 * a change themselves; all others call {@link recordChange}. Ids (UUIDv7) are made here, so that nobody needs a clock.
 */
export const recordEntriesOf = (rows: string): string => `
  INSERT INTO audit_log (id, created_at, tenant_id, actor_kind, api_key_id, api_key_name, session_id, role, on_behalf_of, action, object,
         before, after, request_id, remote_address)
  SELECT overlay(overlay(gen_random_uuid()::text PLACING '7' FROM 15)
                 PLACING left(clock.hex, 8) || '-' || right(clock.hex, 4) FROM 1)::uuid, clock.now, r.tenant_id, e.*
    FROM ${rows}
   CROSS JOIN LATERAL json_to_record(r.entry::json)
           AS e("actorKind" text, "apiKeyId" uuid, "apiKeyName" text, "sessionId" uuid, role text, "onBehalfOf" text, action text, object text,
                before json, after json, "requestId" text, "remoteAddress" text)
   CROSS JOIN (SELECT now, lpad(to_hex((extract(epoch FROM now) * 1000)::bigint), 12, '0') AS hex
                 FROM clock_timestamp() AS now) clock`;

/** An escaped NUL, or half of a surrogate pair, which `JSON.stringify` escapes; not where the backslash is escaped itself. */
const UNREADABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

const RECORD = recordEntriesOf('unnest($1::text[], $2::uuid[]) AS r(entry, tenant_id)');

/**
 * Puts a change on record, in the transaction that makes it: what is rolled back is not on record, and what is on record
 * has happened. A change of something into what it was already is none.
 */
export async function recordChange(tx: AuditedTransaction, by: Actor, change: Change): Promise<void> {
  const { before, after } = differenceOf(change.before ?? null, change.after ?? null);
  if (before !== null && after !== null && Object.keys(after).length === 0) return;
  await tx.query(RECORD, [[toEntry(by, { ...change, before, after })], [change.tenantId]]);
}

/** An entry as {@link recordEntriesOf} takes it. What PostgreSQL's JSON functions cannot read stands as U+FFFD. */
export function toEntry(by: Actor, { action, object, before, after }: Omit<Change, 'tenantId'>): string {
  const text = JSON.stringify({
    actorKind: by.kind,
    apiKeyId: by.keyId,
    apiKeyName: by.keyName,
    sessionId: by.sessionId,
    role: by.role,
    onBehalfOf: by.onBehalfOf,
    action,
    object,
    before: before ?? null,
    after: after ?? null,
    requestId: by.requestId,
    remoteAddress: by.remoteAddress,
  });
  return text.replace(UNREADABLE, '$1\\ufffd');
}
