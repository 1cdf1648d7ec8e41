import { Injectable } from '@nestjs/common';
import type { AuditAction } from '#audit';
import { Database } from '#database';
import { type Uuid, toTypeId } from '#kernel';
import type { ExplainedDelivery, ExplainedEndpoint, ExplainedEvent } from './explain-facts.js';

/** Something that was done, and what is to know who did it. */
interface Deed {
  readonly object: string;
  readonly action: AuditAction;
  readonly tell: (name: string) => void;
}

/** Finds in the audit log who has paused, disabled and cancelled. */
@Injectable()
export class Doers {
  constructor(private readonly db: Database) {}

  /** Fills in the names that an explanation tells. */
  async name(
    event: ExplainedEvent,
    endpoints: readonly ExplainedEndpoint[],
    deliveries: ReadonlyMap<Uuid, ExplainedDelivery>,
  ): Promise<void> {
    const deeds = [
      ...ofEvent(event),
      ...endpoints.flatMap(ofEndpoint),
      ...[...deliveries.values()].flatMap(ofDelivery),
    ];
    if (deeds.length === 0) return;
    const rows = await this.db.query<{ place: number; name: string | null }>(
      `SELECT asked.place::int - 1 AS place,
              (SELECT coalesce(a.on_behalf_of, a.api_key_name) FROM audit_log a
                WHERE a.object = asked.object AND a.action = asked.action ORDER BY a.id DESC LIMIT 1) AS name
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked(object, action, place)`,
      [deeds.map(({ object }) => object), deeds.map(({ action }) => action)],
    );
    for (const { place, name } of rows) if (name !== null) deeds[place]!.tell(name);
  }
}

function ofEvent(event: ExplainedEvent): Deed[] {
  const deeds: Deed[] = [];
  if (event.tenantPausedAt !== null) {
    const tell = (name: string): string => (event.tenantPausedBy = name);
    deeds.push({ object: toTypeId('ten', event.tenantId), action: 'tenant.paused', tell });
  }
  if (event.cancelledAt !== null) {
    const tell = (name: string): string => (event.cancelledBy = name);
    deeds.push({ object: toTypeId('evt', event.id), action: 'event.cancelled', tell });
  }
  return deeds;
}

function ofEndpoint(endpoint: ExplainedEndpoint): Deed[] {
  if (endpoint.status === 'enabled') return [];
  const action = endpoint.status === 'paused' ? 'endpoint.paused' : 'endpoint.disabled';
  return [{ object: toTypeId('ep', endpoint.id), action, tell: (name) => (endpoint.statusBy = name) }];
}

/** By itself, or with its event. */
function ofDelivery(delivery: ExplainedDelivery): Deed[] {
  if (delivery.row.status !== 'cancelled') return [];
  const tell = (name: string): string => (delivery.cancelledBy ??= name);
  return [
    { object: toTypeId('dlv', delivery.row.id), action: 'delivery.cancelled', tell },
    { object: toTypeId('evt', delivery.row.eventId), action: 'event.cancelled', tell },
  ];
}
