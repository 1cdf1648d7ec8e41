import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Actor } from '#audit';
import { Config } from '#config';
import { Database, type Executor, raiseConfigVersion } from '#database';
import { DatabaseClock, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';
import { DEFAULT_FILTER_LIMITS, type JsonObject, mergePatch, readFilter } from '#policy';
import { ofSubscription, subscriptionFacts } from './audited.js';
import { recordVersion } from './endpoint-history.js';
import { refuseOtherVersion, touchEndpoint } from './endpoint-rows.js';
import { refuseFields } from './refuse.js';
import {
  insertSubscription,
  SUBSCRIPTION_COLUMNS,
  type Subscription,
  type SubscriptionRow,
  toSubscription,
  unique,
  updateSubscription,
} from './subscription-rows.js';
import { changeTenant } from './tenant-change.js';

export interface NewSubscription {
  readonly endpointId: Uuid;
  readonly eventTypes: readonly string[];
  readonly channels?: readonly string[] | null;
  readonly filter?: JsonObject | null;
  readonly enabled?: boolean | null;
}

/** A merge patch (RFC 7396): undefined leaves, null clears. */
export interface SubscriptionPatch {
  readonly eventTypes?: readonly string[] | null;
  readonly channels?: readonly string[] | null;
  readonly filter?: JsonObject | null;
  readonly enabled?: boolean | null;
}

/**
 * Which events go to which endpoint. Patterns are checked before, filters here, for a patch changes a part of one. Every
 * change is put on record. Throws {@link PosthornError}: `not_found`, `unknown_endpoint`, `limit_exceeded`, `version_conflict`, `validation_failed`.
 */
@Injectable()
export class SubscriptionStore {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly config: Config,
  ) {}

  async create(by: Actor, tenantId: Uuid, wanted: NewSubscription): Promise<Subscription> {
    refuseFilter(wanted.filter ?? null, this.config.limits);
    return changeTenant(this.db, tenantId, async (tx) => {
      await refuseUnknownEndpoint(tx, tenantId, wanted.endpointId);
      await refuseTooMany(tx, wanted.endpointId, this.config.limits.subscriptionsPerEndpoint);
      const id = newUuid(this.clock.now());
      const enabled = wanted.enabled ?? true;
      const subscription = await insertSubscription(tx, { ...wanted, id, tenantId, enabled });
      await raiseConfigVersion(tx, tenantId);
      const after = subscriptionFacts(subscription);
      await touchEndpoint(tx, wanted.endpointId);
      await recordVersion(tx, by, wanted.endpointId, {
        action: 'subscription.created',
        ...ofSubscription(subscription),
        after,
      });
      return subscription;
    });
  }

  /** A patch that changes nothing raises no version. */
  async patch(
    by: Actor,
    tenantId: Uuid,
    subscriptionId: Uuid,
    patch: SubscriptionPatch,
    expectedVersion: number | null,
  ): Promise<Subscription> {
    return changeTenant(this.db, tenantId, async (tx) => {
      const now = await lockSubscription(tx, tenantId, subscriptionId, expectedVersion);
      const wanted = patched(now, patch);
      if (isDeepStrictEqual(wanted, now)) return now;
      refuseFilter(wanted.filter, this.config.limits);
      const subscription = await updateSubscription(tx, subscriptionId, wanted);
      await raiseConfigVersion(tx, tenantId);
      const [before, after] = [subscriptionFacts(now), subscriptionFacts(subscription)];
      await touchEndpoint(tx, now.endpointId);
      await recordVersion(tx, by, now.endpointId, {
        action: 'subscription.updated',
        ...ofSubscription(now),
        before,
        after,
      });
      return subscription;
    });
  }

  /** Ends a subscription; deliveries that it made go on. */
  async delete(by: Actor, tenantId: Uuid, subscriptionId: Uuid, expectedVersion: number | null): Promise<void> {
    await changeTenant(this.db, tenantId, async (tx) => {
      const now = await lockSubscription(tx, tenantId, subscriptionId, expectedVersion);
      await tx.query(`UPDATE subscriptions SET deleted_at = clock_timestamp() WHERE id = $1`, [subscriptionId]);
      await raiseConfigVersion(tx, tenantId);
      const before = subscriptionFacts(now);
      await touchEndpoint(tx, now.endpointId);
      await recordVersion(tx, by, now.endpointId, { action: 'subscription.deleted', ...ofSubscription(now), before });
    });
  }
}

export function noSuchSubscription(subscriptionId: Uuid): PosthornError {
  return new PosthornError('not_found', `There is no subscription ${toTypeId('sub', subscriptionId)}.`);
}

async function lockSubscription(
  tx: Executor,
  tenantId: Uuid,
  subscriptionId: Uuid,
  expectedVersion: number | null,
): Promise<Subscription> {
  const [row] = await tx.query<SubscriptionRow>(
    `SELECT ${SUBSCRIPTION_COLUMNS} FROM subscriptions
     WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE`,
    [subscriptionId, tenantId],
  );
  if (!row) throw noSuchSubscription(subscriptionId);
  refuseOtherVersion('subscription', row.version, expectedVersion);
  return toSubscription(row);
}

function patched(now: Subscription, patch: SubscriptionPatch): Subscription {
  if (patch.eventTypes === null) {
    const message = 'cannot be cleared; say "*" for all';
    refuseFields([{ pointer: '/eventTypes', code: 'required', message }]);
  }
  return {
    ...now,
    eventTypes: unique(patch.eventTypes ?? now.eventTypes),
    channels: patch.channels === undefined ? now.channels : patch.channels && unique(patch.channels),
    filter: patch.filter === undefined ? now.filter : (mergePatch(now.filter ?? {}, patch.filter) as JsonObject | null),
    enabled: patch.enabled === undefined ? now.enabled : (patch.enabled ?? true),
  };
}

function refuseFilter(filter: JsonObject | null, { filterDepth }: Config['limits']): void {
  if (filter === null) return;
  const read = readFilter(filter, { ...DEFAULT_FILTER_LIMITS, maxDepth: filterDepth });
  if ('errors' in read) {
    refuseFields(read.errors.map((error) => ({ ...error, pointer: `/filter${error.pointer}` })));
  }
}

async function refuseUnknownEndpoint(tx: Executor, tenantId: Uuid, endpointId: Uuid): Promise<void> {
  const [row] = await tx.query(`SELECT 1 FROM endpoints WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL`, [
    endpointId,
    tenantId,
  ]);
  if (row) return;
  const message = 'names no endpoint of the tenant';
  refuseFields([{ pointer: '/endpoint', code: 'unknown_endpoint', message }]);
}

async function refuseTooMany(tx: Executor, endpointId: Uuid, most: number): Promise<void> {
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM subscriptions WHERE endpoint_id = $1 AND deleted_at IS NULL`,
    [endpointId],
  );
  if (row!.count < most) return;
  throw new PosthornError(
    'limit_exceeded',
    `The endpoint has ${row!.count} subscriptions; at most ${most} are allowed.`,
  );
}
