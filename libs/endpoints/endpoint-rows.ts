import type { Executor } from '#database';
import { type KeyRing, PosthornError, toTypeId, type Uuid } from '#kernel';
import { type JsonObject, maskHeaders } from '#policy';
import type { PayloadFormat, SigningScheme } from '#signing';
import { CLOSED_CIRCUIT, type CircuitState, type ShownCircuit } from './circuit.js';
import { type Credentials, maskCredentials, NO_CREDENTIALS } from './credentials.js';
import type { Endpoint, EndpointSettings, EndpointStatus, Ordering } from './endpoint.js';
import { ownershipOf, type ProofFacts, type ProofTurn, UNVERIFIED_REASON } from './ownership.js';
import { openCredentials, sealCredentials } from './sealed-credentials.js';
import { openHeaders, sealHeaders } from './sealed-headers.js';

export interface EndpointRow extends ProofFacts {
  readonly id: Uuid;
  readonly tenant_id: Uuid;
  readonly uid: string | null;
  readonly version: number;
  readonly description: string | null;
  readonly sealed_headers: Buffer | null;
  /** As they are shown; null when there are none. */
  readonly credentials: Credentials | null;
  readonly sealed_credentials: Buffer | null;
  readonly payload_format: PayloadFormat;
  readonly signing: SigningScheme[];
  readonly ordering: Ordering;
  readonly max_in_flight: number | null;
  readonly rate_limit: number | null;
  readonly rate_period_seconds: number | null;
  readonly timeout_seconds: number | null;
  readonly retry_schedule: number[] | null;
  readonly metadata: JsonObject;
  readonly rotate_secrets_every_days: number | null;
  readonly rotation_grace_seconds: number | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly disabled_at: Date | null;
  /** Null when there is nothing to tell. */
  readonly circuit: {
    readonly state: CircuitState;
    readonly since: string | null;
    readonly reason: string | null;
  } | null;
}

/** Whether a tenant's endpoints have to prove that they want the traffic, of a row of `tenants`. */
export const REQUIRES_PROOF = `coalesce(settings ->> 'requireOwnershipProof', 'false')::boolean`;

/** The columns of {@link EndpointRow}. */
export const ENDPOINT_COLUMNS = `id, tenant_id, uid, version, status, disabled_reason, url, description, sealed_headers,
  credentials, sealed_credentials, payload_format, max_in_flight, timeout_seconds, retry_schedule, metadata, ordering,
  rate_limit, rate_period_seconds, signing, rotate_secrets_every_days, rotation_grace_seconds, verified_url, verified_at,
  (SELECT ${REQUIRES_PROOF} FROM tenants WHERE tenants.id = endpoints.tenant_id) AS requires_proof,
  created_at, updated_at, coalesce(disabled_at, CASE WHEN status = 'disabled' THEN status_changed_at END) AS disabled_at,
  (SELECT json_build_object('state', c.state, 'since', c.since, 'reason', c.reason)
     FROM endpoint_circuits c WHERE c.endpoint_id = endpoints.id) AS circuit`;

/** The columns of {@link openSettingsOf}, and the status: what a version holds of an endpoint beside its headers. */
export const OPEN_COLUMNS = `uid, url, description, payload_format, signing, ordering, max_in_flight, rate_limit,
  rate_period_seconds, timeout_seconds, retry_schedule, metadata, status, rotate_secrets_every_days,
  rotation_grace_seconds`;

/** The endpoint as it may be shown: secrets of `auth` and `tls`, and credentials among its headers, are masked. */
export function toEndpoint(row: EndpointRow, keyRing: KeyRing): Endpoint {
  return {
    ...openSettingsOf(row),
    headers: maskHeaders(openHeaders(keyRing, row.id, row.sealed_headers)),
    ...(row.credentials ?? NO_CREDENTIALS),
    id: row.id,
    tenantId: row.tenant_id,
    status: row.status,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at,
    ownership: ownershipOf(row),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    circuit: toShownCircuit(row.circuit),
  };
}

export function toShownCircuit(circuit: EndpointRow['circuit']): ShownCircuit {
  if (circuit === null) return CLOSED_CIRCUIT;
  return { ...circuit, since: circuit.since === null ? null : new Date(circuit.since) };
}

/** The settings as they are kept, with the real values of what is sealed. */
export function settingsOf(row: EndpointRow, keyRing: KeyRing): EndpointSettings {
  return {
    ...openSettingsOf(row),
    headers: openHeaders(keyRing, row.id, row.sealed_headers),
    ...openCredentials(keyRing, row.id, row.sealed_credentials),
  };
}

/** Those that are not sealed. */
export function openSettingsOf(row: EndpointRow): Omit<EndpointSettings, 'headers' | keyof Credentials> {
  return {
    uid: row.uid,
    url: row.url,
    description: row.description,
    payloadFormat: row.payload_format,
    signing: row.signing,
    ordering: row.ordering,
    maxInFlight: row.max_in_flight,
    rateLimit: row.rate_limit === null ? null : { limit: row.rate_limit, periodSeconds: row.rate_period_seconds! },
    timeoutSeconds: row.timeout_seconds,
    retrySchedule: row.retry_schedule,
    metadata: row.metadata,
    // Not in versions from before there were schedules.
    rotateSecretsEveryDays: row.rotate_secrets_every_days ?? null,
    rotationGraceSeconds: row.rotation_grace_seconds ?? null,
  };
}

/** The living endpoint, locked until the transaction ends. Throws `not_found`, or `version_conflict` for another version. */
export async function lockEndpoint(
  tx: Executor,
  tenantId: Uuid,
  endpointId: Uuid,
  expectedVersion: number | null = null,
): Promise<EndpointRow> {
  const [row] = await tx.query<EndpointRow>(
    `SELECT ${ENDPOINT_COLUMNS} FROM endpoints
     WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE`,
    [endpointId, tenantId],
  );
  if (!row) throw noSuchEndpoint(endpointId);
  refuseOtherVersion('endpoint', row.version, expectedVersion);
  return row;
}

export function noSuchEndpoint(endpointId: Uuid): PosthornError {
  return new PosthornError('not_found', `There is no endpoint ${toTypeId('ep', endpointId)}.`);
}

/** Throws `version_conflict` when the caller expected another version than there is; null expects nothing. */
export function refuseOtherVersion(what: string, version: number, expected: number | null): void {
  if (expected === null || expected === version) return;
  throw new PosthornError('version_conflict', `The ${what} is at version ${version} now; If-Match asked for another.`);
}

export async function insertEndpoint(
  tx: Executor,
  keyRing: KeyRing,
  ids: { readonly id: Uuid; readonly tenantId: Uuid },
  settings: EndpointSettings,
  requiresProof: boolean,
): Promise<EndpointRow> {
  return writeVersion(
    tx,
    `INSERT INTO endpoints (id, tenant_id, status, disabled_reason, disabled_at, uid, url, description, sealed_headers,
       payload_format, max_in_flight, timeout_seconds, retry_schedule, metadata, ordering, rate_limit, rate_period_seconds,
       credentials, sealed_credentials, signing, rotate_secrets_every_days, rotation_grace_seconds)
     VALUES ($1, $2, CASE WHEN $3::boolean THEN 'disabled' ELSE 'enabled' END, CASE WHEN $3 THEN '${UNVERIFIED_REASON}' END,
       CASE WHEN $3 THEN clock_timestamp() END, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
       $19, $20)`,
    [ids.id, ids.tenantId, requiresProof, ...settingValues(settings, keyRing, ids.id)],
  );
}

/** What an endpoint becomes that was disabled for want of a proof alone. */
const STATUS_AFTER_PROOF = `CASE WHEN pause_after_proof THEN 'paused' ELSE 'enabled' END`;

/** `turn` is what the new URL means for whether the endpoint is enabled. */
export async function updateEndpoint(
  tx: Executor,
  keyRing: KeyRing,
  endpointId: Uuid,
  settings: EndpointSettings,
  turn: ProofTurn = 'stay',
): Promise<EndpointRow> {
  return writeVersion(
    tx,
    `UPDATE endpoints SET version = version + 1, updated_at = clock_timestamp(),
       status = CASE $2 WHEN 'disable' THEN 'disabled' WHEN 'enable' THEN ${STATUS_AFTER_PROOF} ELSE status END,
       pause_after_proof = CASE $2 WHEN 'disable' THEN status = 'paused' ELSE pause_after_proof END,
       disabled_reason = CASE $2 WHEN 'disable' THEN '${UNVERIFIED_REASON}' WHEN 'enable' THEN NULL ELSE disabled_reason END,
       status_changed_at = CASE $2 WHEN 'stay' THEN status_changed_at ELSE clock_timestamp() END,
       disabled_at = CASE $2 WHEN 'disable' THEN clock_timestamp() ELSE disabled_at END,
       uid = $3, url = $4, description = $5,
       sealed_headers = $6, payload_format = $7, max_in_flight = $8, timeout_seconds = $9, retry_schedule = $10,
       metadata = $11, ordering = $12, rate_limit = $13, rate_period_seconds = $14, credentials = $15,
       sealed_credentials = $16, signing = $17, rotate_secrets_every_days = $18, rotation_grace_seconds = $19
     WHERE id = $1`,
    [endpointId, turn, ...settingValues(settings, keyRing, endpointId)],
  );
}

/** The URL that the endpoint has now has proven that it wants the traffic; what was disabled for want of that is as before. */
export async function markProven(tx: Executor, endpointId: Uuid): Promise<EndpointRow> {
  const isAwaiting = `status = 'disabled' AND disabled_reason = '${UNVERIFIED_REASON}'`;
  return writeVersion(
    tx,
    `UPDATE endpoints SET version = version + 1, updated_at = clock_timestamp(), verified_url = url,
       verified_at = clock_timestamp(),
       status = CASE WHEN ${isAwaiting} THEN ${STATUS_AFTER_PROOF} ELSE status END,
       disabled_reason = CASE WHEN ${isAwaiting} THEN NULL ELSE disabled_reason END,
       status_changed_at = CASE WHEN ${isAwaiting} THEN clock_timestamp() ELSE status_changed_at END
     WHERE id = $1`,
    [endpointId],
  );
}

export async function updateStatus(
  tx: Executor,
  endpointId: Uuid,
  status: EndpointStatus,
  disabledReason: string | null,
): Promise<EndpointRow> {
  return writeVersion(
    tx,
    `UPDATE endpoints SET version = version + 1, updated_at = clock_timestamp(), status = $2, disabled_reason = $3,
       status_changed_at = clock_timestamp(),
       disabled_at = CASE WHEN $2 = 'disabled' AND status <> 'disabled' THEN clock_timestamp() ELSE disabled_at END
     WHERE id = $1`,
    [endpointId, status, disabledReason],
  );
}

/**
 * Disables an endpoint that has been failing since then: only if it is still enabled and was not turned meanwhile, and if
 * no success has come to be known. Null when one of that is not so.
 */
export async function disableFailing(
  tx: Executor,
  endpointId: Uuid,
  sinceMs: number,
  reason: string,
): Promise<EndpointRow | null> {
  return writeVersionIf(
    tx,
    `UPDATE endpoints SET version = version + 1, updated_at = clock_timestamp(), status = 'disabled',
       disabled_reason = $2, status_changed_at = clock_timestamp(), disabled_at = clock_timestamp()
     WHERE id = $1 AND deleted_at IS NULL AND status = 'enabled'
       AND status_changed_at <= to_timestamp($3::float8 / 1000) + interval '1 ms'
       AND EXISTS (SELECT FROM endpoint_health h WHERE h.endpoint_id = endpoints.id AND h.failed > 0)
       AND NOT EXISTS (SELECT FROM endpoint_health h WHERE h.endpoint_id = endpoints.id
                          AND h.last_success_at >= to_timestamp($3::float8 / 1000))`,
    [endpointId, reason, sinceMs],
  );
}

/**
 * Raises the version for a change that lives in another table, such as a new secret: what is fanned out from now on is
 * then never sent with what was known before.
 */
export async function touchEndpoint(tx: Executor, endpointId: Uuid): Promise<EndpointRow> {
  return writeVersion(tx, `UPDATE endpoints SET version = version + 1, updated_at = clock_timestamp() WHERE id = $1`, [
    endpointId,
  ]);
}

/** Runs a write of one endpoint and keeps what attempts under this version will refer to. */
async function writeVersion(tx: Executor, write: string, values: readonly unknown[]): Promise<EndpointRow> {
  return (await writeVersionIf(tx, write, values))!;
}

/** The same for a write that may find that it is not to be. */
async function writeVersionIf(tx: Executor, write: string, values: readonly unknown[]): Promise<EndpointRow | null> {
  const [row] = await tx.query<EndpointRow>(
    `WITH written AS (${write} RETURNING ${ENDPOINT_COLUMNS}), kept AS (
       INSERT INTO endpoint_versions (endpoint_id, version, url, sealed_headers, credentials, payload_format)
       SELECT id, version, url, sealed_headers, credentials, payload_format FROM written
     )
     SELECT * FROM written`,
    values,
  );
  return row ?? null;
}

function settingValues(settings: EndpointSettings, keyRing: KeyRing, endpointId: Uuid): unknown[] {
  const credentials = { auth: settings.auth, tls: settings.tls };
  const sealedCredentials = sealCredentials(keyRing, endpointId, credentials);
  return [
    settings.uid,
    settings.url,
    settings.description,
    sealHeaders(keyRing, endpointId, settings.headers),
    settings.payloadFormat,
    settings.maxInFlight,
    settings.timeoutSeconds,
    settings.retrySchedule,
    JSON.stringify(settings.metadata),
    settings.ordering,
    settings.rateLimit?.limit ?? null,
    settings.rateLimit?.periodSeconds ?? null,
    sealedCredentials && JSON.stringify(maskCredentials(credentials)),
    sealedCredentials,
    JSON.stringify(settings.signing),
    settings.rotateSecretsEveryDays,
    settings.rotationGraceSeconds,
  ];
}
