import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Actor, recordChange } from '#audit';
import { Config } from '#config';
import { Database, type Executor, isUniqueViolation, raiseConfigVersion } from '#database';
import { DatabaseClock, KeyRing, newUuid, PosthornError, type Uuid } from '#kernel';
import { type Json, maskHeaders, mergePatch } from '#policy';
import { AddressPolicy } from '#transport';
import { announceDisabled } from './announce-disabled.js';
import { ofEndpoint, ofSubscription, settingsFacts, statusFacts, subscriptionFacts } from './audited.js';
import { chooseSecrets, readBrought, type SecretChoice } from './choose-secret.js';
import { maskCredentials, NO_CREDENTIALS } from './credentials.js';
import type { Endpoint, EndpointSettings } from './endpoint.js';
import { recordVersion } from './endpoint-history.js';
import {
  type EndpointRow,
  insertEndpoint,
  lockEndpoint,
  refuseOtherVersion,
  settingsOf,
  toEndpoint,
  touchEndpoint,
  updateEndpoint,
} from './endpoint-rows.js';
import { type EndpointDocument, type KeptSecrets, lowerCaseNames, settleEndpoint } from './endpoint-rules.js';
import { OpenDeliveryEffects } from './open-delivery-effects.js';
import { decideProofTurn } from './ownership.js';
import { refuseFields } from './refuse.js';
import { findVersion, restoreSubscriptions, toRestoredDocument } from './restored.js';
import { generateSecret, type SecretText } from './secret-encoding.js';
import { findSecrets, hasSecret, insertSecret, ofKind } from './secret-rows.js';
import { keyKindsOf } from './signing-rules.js';
import { endTimetable, restartTimetable } from './slot-store.js';
import { findSubscriptionsOf, insertSubscription, unique, updateSubscription } from './subscription-rows.js';
import { changeTenant, type TenantLimits } from './tenant-change.js';

/** What may be said when an endpoint is made, beside its own settings. */
export interface NewEndpoint extends EndpointDocument, SecretChoice {
  /** Makes one subscription to these patterns; they are checked before. */
  readonly eventTypes?: readonly string[] | null;
}

/** How a caller names an endpoint. */
export type EndpointRef = { readonly id: Uuid } | { readonly uid: string };

export interface WrittenEndpoint {
  readonly endpoint: Endpoint;
  /** When the endpoint was made just now: what it signs with, first what its owner has brought along. */
  readonly secrets: readonly SecretText[] | null;
}

const SECONDS_PER_DAY = 86_400;

const NOTHING_KEPT: KeptSecrets = { headers: {}, ...NO_CREDENTIALS };

/**
 * The endpoints of tenants. Each change is one transaction: the endpoint's next version, its row in the history of
 * versions, the tenant's configuration version, and who has changed what. Throws {@link PosthornError}: `not_found`, `validation_failed` and
 * its kin with pointers, `uid_taken`, `limit_exceeded`, `version_conflict`.
 */
@Injectable()
export class EndpointStore {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly keyRing: KeyRing,
    private readonly addresses: AddressPolicy,
    private readonly config: Config,
    private readonly effects: OpenDeliveryEffects,
  ) {}

  async create(by: Actor, tenantId: Uuid, wanted: NewEndpoint): Promise<WrittenEndpoint> {
    return this.namingTakenUid(wanted.uid, () =>
      changeTenant(this.db, tenantId, (tx, limits) => this.createIn(tx, by, tenantId, wanted, limits)),
    );
  }

  /**
   * Makes the endpoint what `wanted` says: settings left out go back to their defaults, an endpoint that is not there
   * yet is made (only when it is named by its uid). Secrets stay as they are. Answers a secret only when it was made.
   */
  async put(
    by: Actor,
    tenantId: Uuid,
    ref: EndpointRef,
    wanted: NewEndpoint,
    expectedVersion: number | null,
  ): Promise<WrittenEndpoint> {
    const uid = 'uid' in ref ? ref.uid : wanted.uid;
    if ('uid' in ref && wanted.uid != null && wanted.uid !== ref.uid) {
      refuseFields([{ pointer: '/uid', code: 'invalid', message: `differs from the uid of the route, "${ref.uid}"` }]);
    }
    const named = { ...wanted, uid };
    const { before, written } = await this.namingTakenUid(uid, () =>
      changeTenant(this.db, tenantId, async (tx, limits) => {
        const id = 'id' in ref ? ref.id : await findByUid(tx, tenantId, ref.uid);
        if (id !== null) {
          const row = await lockEndpoint(tx, tenantId, id, expectedVersion);
          return { before: row, written: await this.replaceIn(tx, by, row, named, limits) };
        }
        refuseOtherVersion('endpoint', 0, expectedVersion);
        return { before: null, written: await this.createIn(tx, by, tenantId, named, limits) };
      }),
    );
    if (before !== null) await this.affectOpen(before, written.endpoint);
    return written;
  }

  /** Applies a merge patch (RFC 7396) to the endpoint's document. A patch that changes nothing raises no version. */
  async patch(
    by: Actor,
    tenantId: Uuid,
    endpointId: Uuid,
    patch: EndpointDocument,
    expectedVersion: number | null,
  ): Promise<Endpoint> {
    const { before, endpoint } = await this.namingTakenUid(patch.uid, () =>
      changeTenant(this.db, tenantId, async (tx, limits) => {
        const row = await lockEndpoint(tx, tenantId, endpointId, expectedVersion);
        const document = patchedDocument(settingsOf(row, this.keyRing), patch);
        const written = await this.settleIn(tx, by, row, document, limits);
        return { before: row, endpoint: toEndpoint(written, this.keyRing) };
      }),
    );
    await this.affectOpen(before, endpoint);
    return endpoint;
  }

  /**
   * Makes the endpoint and its subscriptions what they were in a version, as a new one. Secrets, credentials and whether it is
   * enabled stay as they are, unless its URL has to be proven. Throws `validation_failed` when what was right then is refused now.
   */
  async restore(
    by: Actor,
    tenantId: Uuid,
    endpointId: Uuid,
    version: number,
    expectedVersion: number | null,
  ): Promise<Endpoint> {
    const { before, endpoint } = await this.namingTakenUid('of that version', () =>
      changeTenant(this.db, tenantId, async (tx, limits) => {
        const row = await lockEndpoint(tx, tenantId, endpointId, expectedVersion);
        const written = await this.restoreIn(tx, by, row, version, limits);
        return { before: row, endpoint: toEndpoint(written, this.keyRing) };
      }),
    );
    await this.affectOpen(before, endpoint);
    return endpoint;
  }

  /** Ends the endpoint, its subscriptions and its secrets; what is open is cancelled. Its uid is free again. */
  async delete(by: Actor, tenantId: Uuid, endpointId: Uuid, expectedVersion: number | null): Promise<void> {
    await changeTenant(this.db, tenantId, async (tx) => {
      const row = await lockEndpoint(tx, tenantId, endpointId, expectedVersion);
      await tx.query(`UPDATE endpoints SET deleted_at = clock_timestamp() WHERE id = $1`, [endpointId]);
      await tx.query(
        `UPDATE subscriptions SET deleted_at = clock_timestamp() WHERE endpoint_id = $1 AND deleted_at IS NULL`,
        [endpointId],
      );
      await tx.query(
        `UPDATE endpoint_secrets SET expires_at = clock_timestamp()
         WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())`,
        [endpointId],
      );
      await endTimetable(tx, endpointId);
      await tx.query(`DELETE FROM endpoint_circuits WHERE endpoint_id = $1`, [endpointId]);
      await raiseConfigVersion(tx, tenantId);
      const before = settingsFacts(settingsOf(row, this.keyRing), this.keyRing);
      await recordChange(tx, by, { action: 'endpoint.deleted', ...ofEndpoint(row), before });
    });
    await this.effects.cancelOpen(endpointId, 'endpoint_deleted');
  }

  private async createIn(
    tx: Executor,
    by: Actor,
    tenantId: Uuid,
    wanted: NewEndpoint,
    limits: TenantLimits,
  ): Promise<WrittenEndpoint> {
    const settings = this.settle(wanted, NOTHING_KEPT, limits);
    const secrets = chooseSecrets(wanted, keyKindsOf(settings.signing));
    await refuseTooMany(tx, tenantId, limits.maxEndpoints ?? this.config.limits.endpointsPerTenant);
    const id = newUuid(this.clock.now());
    const row = await insertEndpoint(tx, this.keyRing, { id, tenantId }, settings, limits.requiresProof);
    for (const secret of secrets) await this.addSecret(tx, id, secret);
    if (settings.rateLimit !== null) await restartTimetable(tx, id);
    if (wanted.eventTypes) {
      const subscriptionId = newUuid(this.clock.now());
      await insertSubscription(tx, { id: subscriptionId, tenantId, endpointId: id, eventTypes: wanted.eventTypes });
    }
    await raiseConfigVersion(tx, tenantId);
    const fingerprints = secrets.map(({ secret }) => this.keyRing.fingerprint(secret));
    const made = { eventTypes: wanted.eventTypes ?? null, secret: fingerprints.join(', ') };
    const after = { ...settingsFacts(settings, this.keyRing), ...made };
    await recordVersion(tx, by, id, { action: 'endpoint.created', ...ofEndpoint(row), after });
    return { endpoint: toEndpoint(row, this.keyRing), secrets };
  }

  private async replaceIn(
    tx: Executor,
    by: Actor,
    row: EndpointRow,
    wanted: NewEndpoint,
    limits: TenantLimits,
  ): Promise<WrittenEndpoint> {
    const secret = readBrought(wanted);
    if (secret !== null) await this.refuseOtherSecret(tx, row.id, secret);
    const settled = await this.settleIn(tx, by, row, wanted, limits);
    const written = wanted.eventTypes ? await this.subscribeOnly(tx, by, settled, wanted.eventTypes) : settled;
    return { endpoint: toEndpoint(written, this.keyRing), secrets: null };
  }

  /** A replacement that names event types means the endpoint's one subscription; of several it would have to choose. */
  private async subscribeOnly(
    tx: Executor,
    by: Actor,
    row: EndpointRow,
    eventTypes: readonly string[],
  ): Promise<EndpointRow> {
    const [only, ...more] = await findSubscriptionsOf(tx, row.id);
    if (more.length > 0) {
      const message = `would have to choose among the endpoint's ${more.length + 1} subscriptions; change them one by one`;
      refuseFields([{ pointer: '/eventTypes', code: 'invalid', message }]);
    }
    if (only && isDeepStrictEqual(only.eventTypes, unique(eventTypes))) return row;
    const id = newUuid(this.clock.now());
    const written = only
      ? await updateSubscription(tx, only.id, { ...only, eventTypes })
      : await insertSubscription(tx, { id, tenantId: row.tenant_id, endpointId: row.id, eventTypes });
    const touched = await touchEndpoint(tx, row.id);
    await raiseConfigVersion(tx, row.tenant_id);
    await recordVersion(tx, by, row.id, {
      action: only ? 'subscription.updated' : 'subscription.created',
      ...ofSubscription(written),
      before: only ? subscriptionFacts(only) : null,
      after: subscriptionFacts(written),
    });
    return touched;
  }

  /** Writes what the document stands for, unless that is what is there. */
  private async settleIn(
    tx: Executor,
    by: Actor,
    row: EndpointRow,
    document: EndpointDocument,
    limits: TenantLimits,
  ): Promise<EndpointRow> {
    const now = settingsOf(row, this.keyRing);
    const settings = this.settle(document, now, limits);
    if (isDeepStrictEqual(settings, now)) return row;
    const written = await this.writeSettings(tx, row, settings);
    await raiseConfigVersion(tx, row.tenant_id);
    const before = { ...settingsFacts(now, this.keyRing), ...statusFacts(row) };
    const after = { ...settingsFacts(settings, this.keyRing), ...statusFacts(written) };
    await recordVersion(tx, by, row.id, { action: 'endpoint.updated', ...ofEndpoint(row), before, after });
    return written;
  }

  private async restoreIn(
    tx: Executor,
    by: Actor,
    row: EndpointRow,
    version: number,
    limits: TenantLimits,
  ): Promise<EndpointRow> {
    const now = settingsOf(row, this.keyRing);
    const past = await findVersion(tx, row.id, version);
    const settings = this.settle(toRestoredDocument(past, row.id, now, this.keyRing), now, limits);
    const subscriptions = await restoreSubscriptions(tx, row, past, this.clock.now());
    const isSame = isDeepStrictEqual(settings, now);
    if (isSame && isDeepStrictEqual(subscriptions.before, subscriptions.after)) return row;
    const written = isSame ? await touchEndpoint(tx, row.id) : await this.writeSettings(tx, row, settings);
    await raiseConfigVersion(tx, row.tenant_id);
    const before = {
      ...settingsFacts(now, this.keyRing),
      ...statusFacts(row),
      subscriptions: subscriptions.before.map(subscriptionFacts),
    };
    const after = {
      ...settingsFacts(settings, this.keyRing),
      ...statusFacts(written),
      subscriptions: subscriptions.after.map(subscriptionFacts),
    };
    const change = { action: 'endpoint.restored', ...ofEndpoint(row) } as const;
    await recordVersion(tx, by, row.id, { ...change, before, after: { ...after, restoredVersion: version } });
    return written;
  }

  /** The settings, and what follows from them: secrets, the timetable, and whether the endpoint is enabled. */
  private async writeSettings(tx: Executor, row: EndpointRow, settings: EndpointSettings): Promise<EndpointRow> {
    const turn = decideProofTurn(row, settings.url);
    const written = await updateEndpoint(tx, this.keyRing, row.id, settings, turn);
    await this.addMissingSecrets(tx, row, settings);
    if (turn === 'enable' || hasOtherRate(row, settings)) await restartTimetable(tx, row.id);
    if (turn === 'disable') await announceDisabled(tx, written);
    return written;
  }

  /** A scheme that signs with a kind of key which the endpoint did not need before gets one. */
  private async addMissingSecrets(tx: Executor, { id, signing }: EndpointRow, now: EndpointSettings): Promise<void> {
    const before = keyKindsOf(signing);
    for (const kind of keyKindsOf(now.signing)) {
      if (before.includes(kind)) continue;
      const known = ofKind(await findSecrets(tx, this.keyRing, id), kind);
      if (known.length === 0) await this.addSecret(tx, id, generateSecret(kind));
    }
  }

  private addSecret(tx: Executor, endpointId: Uuid, secret: SecretText): Promise<void> {
    const id = newUuid(this.clock.now());
    return insertSecret(tx, this.keyRing, { id, endpointId, activatesAt: null, isRotation: false }, secret);
  }

  private settle(document: EndpointDocument, kept: KeptSecrets, { allowHttp }: TenantLimits): EndpointSettings {
    const result = settleEndpoint(document, kept, {
      refuseUrl: (url) => this.addresses.checkUrl(url, allowHttp ?? this.config.egress.allowHttp)?.message ?? null,
      nowMs: this.clock.now(),
      retentionSeconds: this.config.retention.days * SECONDS_PER_DAY,
    });
    return 'settings' in result ? result.settings : refuseFields(result.errors);
  }

  /** A replacement that repeats a live secret is fine; one that brings another would have to guess at the old one's end. */
  private async refuseOtherSecret(tx: Executor, endpointId: Uuid, secret: SecretText): Promise<void> {
    if (await hasSecret(tx, this.keyRing, endpointId, secret)) return;
    const message = 'is not one of the secrets that the endpoint has; change them with POST …/secrets/rotate';
    refuseFields([{ pointer: '/secret', code: 'invalid', message }]);
  }

  private async affectOpen(before: EndpointRow, endpoint: Endpoint): Promise<void> {
    if (before.status !== endpoint.status && endpoint.status === 'disabled') {
      return this.effects.cancelOpen(endpoint.id, 'endpoint_disabled');
    }
    if (hasOtherRate(before, endpoint)) await this.effects.reschedule(endpoint.id);
  }

  private async namingTakenUid<T>(uid: string | null | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error, 'endpoints_uid_key')) throw error;
      throw new PosthornError('uid_taken', `Another endpoint of this tenant has the uid "${uid}".`);
    }
  }
}

function hasOtherRate(before: EndpointRow, { rateLimit }: EndpointSettings): boolean {
  return (
    before.rate_limit !== (rateLimit?.limit ?? null) ||
    before.rate_period_seconds !== (rateLimit?.periodSeconds ?? null)
  );
}

async function findByUid(tx: Executor, tenantId: Uuid, uid: string): Promise<Uuid | null> {
  const [row] = await tx.query<{ id: Uuid }>(
    `SELECT id FROM endpoints WHERE tenant_id = $1 AND uid = $2 AND deleted_at IS NULL`,
    [tenantId, uid],
  );
  return row?.id ?? null;
}

async function refuseTooMany(tx: Executor, tenantId: Uuid, maxEndpoints: number): Promise<void> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM endpoints WHERE tenant_id = $1 AND deleted_at IS NULL`,
    [tenantId],
  );
  if (row!.count < maxEndpoints) return;
  throw new PosthornError(
    'limit_exceeded',
    `The tenant has ${row!.count} endpoints; at most ${maxEndpoints} are allowed.`,
  );
}

/** The document that the owner reads, with their patch in it. Header names are matched in any case. */
function patchedDocument(now: EndpointSettings, patch: EndpointDocument): EndpointDocument {
  const headers = patch.headers ? lowerCaseNames(patch.headers) : patch.headers;
  if (patch.headers && Object.keys(headers!).length < Object.keys(patch.headers).length) {
    refuseFields([{ pointer: '/headers', code: 'invalid_header', message: 'has a name twice, in another case' }]);
  }
  const shown = { ...now, headers: maskHeaders(now.headers), ...maskCredentials(now) };
  // The fields of one type mean nothing to another.
  if (patch.auth?.type !== undefined && patch.auth.type !== now.auth?.type) shown.auth = null;
  const changes = headers === undefined ? patch : { ...patch, headers };
  return mergePatch(shown as unknown as Json, changes as unknown as Json) as unknown as EndpointDocument;
}
