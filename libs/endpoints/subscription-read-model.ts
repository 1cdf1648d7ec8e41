import { Injectable } from '@nestjs/common';
import { Database, keyset, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { SUBSCRIPTION_COLUMNS, type Subscription, type SubscriptionRow, toSubscription } from './subscription-rows.js';
import { noSuchSubscription } from './subscription-store.js';

export interface SubscriptionFilters {
  readonly endpointId: Uuid | null;
  readonly enabled: boolean | null;
}

/** Reads living subscriptions. */
@Injectable()
export class SubscriptionReadModel {
  constructor(private readonly db: Database) {}

  /** Throws `not_found`. */
  async get(tenantId: Uuid, subscriptionId: Uuid): Promise<Subscription> {
    const [row] = await this.db.query<SubscriptionRow>(
      `SELECT ${SUBSCRIPTION_COLUMNS} FROM subscriptions WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL`,
      [subscriptionId, tenantId],
    );
    if (!row) throw noSuchSubscription(subscriptionId);
    return toSubscription(row);
  }

  async list(tenantId: Uuid, { endpointId, enabled }: SubscriptionFilters, page: ListPage): Promise<Subscription[]> {
    const { where, order, values } = keyset(page, 'id', [
      ['tenant_id = ?', tenantId],
      'deleted_at IS NULL',
      ...(endpointId === null ? [] : [['endpoint_id = ?', endpointId] as const]),
      ...(enabled === null ? [] : [['enabled = ?', enabled] as const]),
    ]);
    const rows = await this.db.query<SubscriptionRow>(
      `SELECT ${SUBSCRIPTION_COLUMNS} FROM subscriptions ${where} ${order}`,
      values,
    );
    return rows.map(toSubscription);
  }
}
