import { eventOf } from './query-parts.js';
import type { SearchKind } from './search-hit.js';

/** A table as search reads it. */
export interface SearchSource {
  /** A select list that makes a hit of a row, but for what it was matched by. */
  readonly columns: string;
  readonly from: string;
  readonly id: string;
  readonly tenant: string;
  /** The condition that the event was published by the key `$n`; null: nothing that a publisher reads. */
  readonly publishedBy: ((key: string) => string) | null;
}

interface Hit {
  readonly kind: SearchKind;
  readonly id: string;
  readonly tenant: string;
  readonly title: string;
  readonly createdAt: string;
  readonly number?: string;
  readonly endpoint?: string;
  readonly event?: string;
  readonly delivery?: string;
  readonly subtitle?: string;
  readonly status?: string;
}

const toColumns = (hit: Hit): string => `'${hit.kind}' AS kind, ${hit.id} AS id, ${hit.number ?? 'NULL::int'} AS number,
  ${hit.tenant} AS "tenantId", ${hit.endpoint ?? 'NULL::uuid'} AS "endpointId", ${hit.event ?? 'NULL::uuid'} AS "eventId",
  ${hit.delivery ?? 'NULL::uuid'} AS "deliveryId", ${hit.title} AS title, ${hit.subtitle ?? 'NULL::text'} AS subtitle,
  ${hit.status ?? 'NULL::text'} AS status, ${hit.createdAt} AS "createdAt"`;

/** What publishers do not read. */
const configured = (from: string, hit: Hit): SearchSource => ({
  columns: toColumns(hit),
  from,
  id: hit.id,
  tenant: hit.tenant,
  publishedBy: null,
});

/** What belongs to an event. */
const ofEvent = (from: string, row: string, hit: Hit): SearchSource => ({
  ...configured(from, hit),
  publishedBy: (key) => eventOf(row, [`e.published_by = ${key}`]),
});

const urlOf = (row: string): string => `(SELECT p.url FROM endpoints p WHERE p.id = ${row}.endpoint_id)`;

export const TENANTS = configured('tenants t', {
  kind: 'tenant',
  id: 't.id',
  tenant: 't.id',
  title: 't.name',
  subtitle: 't.uid',
  status: `CASE WHEN t.deleted_at IS NOT NULL THEN 'deleted' WHEN t.paused_at IS NOT NULL THEN 'paused' ELSE 'enabled' END`,
  createdAt: 't.created_at',
});

export const ENDPOINTS = configured('endpoints p', {
  kind: 'endpoint',
  id: 'p.id',
  tenant: 'p.tenant_id',
  endpoint: 'p.id',
  title: 'p.url',
  subtitle: 'coalesce(p.description, p.uid)',
  status: `CASE WHEN p.deleted_at IS NOT NULL THEN 'deleted' ELSE p.status END`,
  createdAt: 'p.created_at',
});

export const SUBSCRIPTIONS = configured('subscriptions s', {
  kind: 'subscription',
  id: 's.id',
  tenant: 's.tenant_id',
  endpoint: 's.endpoint_id',
  title: `array_to_string(s.event_types, ', ')`,
  subtitle: urlOf('s'),
  status: `CASE WHEN s.deleted_at IS NOT NULL THEN 'deleted' WHEN s.enabled THEN 'enabled' ELSE 'disabled' END`,
  createdAt: 's.created_at',
});

export const EVENTS: SearchSource = {
  ...configured('events e', {
    kind: 'event',
    id: 'e.id',
    tenant: 'e.tenant_id',
    event: 'e.id',
    title: 'e.type',
    subtitle: 'coalesce(e.subject, e.uid)',
    createdAt: 'e.created_at',
  }),
  publishedBy: (key) => `e.published_by = ${key}`,
};

const deliveriesOf = (table: string, row: string, status: string): SearchSource =>
  ofEvent(`${table} ${row}`, row, {
    kind: 'delivery',
    id: `${row}.id`,
    tenant: `${row}.tenant_id`,
    endpoint: `${row}.endpoint_id`,
    event: `${row}.event_id`,
    delivery: `${row}.id`,
    title: `${row}.type`,
    subtitle: urlOf(row),
    status,
    createdAt: `${row}.created_at`,
  });

/** What is open and what has ended. */
export const DELIVERIES: readonly SearchSource[] = [
  deliveriesOf('open_deliveries', 'o', `CASE WHEN o.due_at = 'infinity' THEN 'held' ELSE 'pending' END`),
  deliveriesOf('deliveries', 'd', 'd.status'),
];

const attemptsOf = (table: string): SearchSource =>
  ofEvent(`${table} d JOIN attempts a ON a.delivery_id = d.id`, 'd', {
    kind: 'attempt',
    id: 'd.id',
    number: 'a.number',
    tenant: 'd.tenant_id',
    endpoint: 'd.endpoint_id',
    event: 'd.event_id',
    delivery: 'd.id',
    title: `d.type || ', attempt ' || a.number`,
    // Not the sentence: some of it may be a receiver's, who may repeat what not everybody gets to see.
    subtitle: `coalesce(nullif(a.error_code, 'status'), 'answered ' || a.status_code)`,
    status: `CASE WHEN a.succeeded THEN 'succeeded' ELSE 'failed' END`,
    createdAt: 'a.started_at',
  });

export const ATTEMPTS: readonly SearchSource[] = [attemptsOf('open_deliveries'), attemptsOf('deliveries')];

export const DEAD_LETTERS = ofEvent('dead_letters l', 'l', {
  kind: 'dead_letter',
  id: 'l.id',
  tenant: 'l.tenant_id',
  endpoint: 'l.endpoint_id',
  event: 'l.event_id',
  delivery: 'l.delivery_id',
  title: 'l.type',
  subtitle: `concat_ws(', ', l.reason, ${urlOf('l')})`,
  status: `coalesce(l.resolution, 'unresolved')`,
  createdAt: 'l.opened_at',
});

export const REPLAYS = configured('replays r', {
  kind: 'replay',
  id: 'r.id',
  tenant: 'r.tenant_id',
  endpoint: 'r.endpoint_id',
  title: `'Replay: ' || r.selects`,
  subtitle: 'r.note',
  status: 'r.state',
  createdAt: 'r.created_at',
});
