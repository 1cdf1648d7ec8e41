import { isDeepStrictEqual } from 'node:util';
import type { Executor } from '#database';
import { type KeyRing, newUuid, PosthornError, type Uuid } from '#kernel';
import { HEADER_MASK, isSecretHeader } from '#policy';
import { maskCredentials } from './credentials.js';
import type { EndpointSettings } from './endpoint.js';
import { type KeptVersion, VERSION_COLUMNS } from './endpoint-history.js';
import { type EndpointRow, openSettingsOf } from './endpoint-rows.js';
import type { EndpointDocument } from './endpoint-rules.js';
import { openHeaders } from './sealed-headers.js';
import { findSubscriptionsOf, insertSubscription, type Subscription, updateSubscription } from './subscription-rows.js';

type WholeVersion = KeptVersion &
  Required<Pick<{ [K in keyof KeptVersion]: NonNullable<KeptVersion[K]> }, 'document' | 'subscriptions'>>;

/** A version that can be gone back to. Throws `not_found`, and `conflict` when it was kept before there was a history. */
export async function findVersion(tx: Executor, endpointId: Uuid, version: number): Promise<WholeVersion> {
  const [row] = await tx.query<KeptVersion>(
    `SELECT ${VERSION_COLUMNS} FROM endpoint_versions WHERE endpoint_id = $1 AND version = $2`,
    [endpointId, version],
  );
  if (!row) throw new PosthornError('not_found', `The endpoint has no version ${version} that is still kept.`);
  if (row.document !== null && row.subscriptions !== null) return row as WholeVersion;
  throw new PosthornError('conflict', `Of version ${version} only its URL is known: there was no history yet.`);
}

/** What the endpoint is to be: as it was, but for whatever is secret, which stays as it is now. */
export function toRestoredDocument(
  version: WholeVersion,
  endpointId: Uuid,
  now: EndpointSettings,
  keyRing: KeyRing,
): EndpointDocument {
  const past = Object.entries(openHeaders(keyRing, endpointId, version.sealed_headers));
  const headers = Object.fromEntries([
    ...past.filter(([name]) => !isSecretHeader(name)),
    ...Object.keys(now.headers).flatMap((name) => (isSecretHeader(name) ? [[name, HEADER_MASK]] : [])),
  ]) as Record<string, string>;
  const settings = openSettingsOf(version.document as EndpointRow);
  return { ...settings, headers, ...maskCredentials(now) } as unknown as EndpointDocument;
}

/** Makes the endpoint's subscriptions what they were; one that was deleted since comes back under another id. */
export async function restoreSubscriptions(
  tx: Executor,
  { id: endpointId, tenant_id: tenantId }: EndpointRow,
  { subscriptions }: WholeVersion,
  nowMs: number,
): Promise<{ before: readonly Subscription[]; after: readonly Subscription[] }> {
  const before = await findSubscriptionsOf(tx, endpointId);
  const wanted = new Map(subscriptions.map((one) => [one.id, one]));
  for (const { id } of before) {
    if (!wanted.has(id)) await tx.query(`UPDATE subscriptions SET deleted_at = clock_timestamp() WHERE id = $1`, [id]);
  }
  for (const { id, event_types: eventTypes, channels, filter, enabled } of wanted.values()) {
    const living = before.find((one) => one.id === id);
    const to = { eventTypes, channels, filter, enabled };
    if (!living) await insertSubscription(tx, { id: newUuid(nowMs), tenantId, endpointId, ...to });
    else if (!isDeepStrictEqual(settingsOf(living), to)) await updateSubscription(tx, id, to);
  }
  return { before, after: await findSubscriptionsOf(tx, endpointId) };
}

function settingsOf({ eventTypes, channels, filter, enabled }: Subscription) {
  return { eventTypes, channels, filter, enabled };
}
