import type { AdminApi } from '../../rig/admin-api.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What a page or a search may take, in milliseconds; and a look at a page's worth of something else. */
const LIST_MS = 50;
const PAGE_MS = 1_000;

/** One thing that the desk asks for, with another object each time. */
export interface DeskRoute {
  /** How it is shown: the path without its values. */
  readonly name: string;
  readonly limitMs: number;
  /** The n-th request: a path, or the body of a POST to it. */
  readonly request: (sample: Sample) => { path: string; body?: object };
}

/** A delivery of the past with what surrounds it, and a moment of that time. */
export interface Sample {
  readonly delivery: string;
  readonly event: string;
  readonly tenant: string;
  readonly tenantName: string;
  readonly endpoint: string;
  readonly url: string;
  readonly type: string;
  readonly subject: string;
  readonly correlationId: string;
  readonly uid: string;
  readonly deadLetter: string;
  readonly since: string;
  readonly until: string;
  /** Events that its endpoint was sent in an hour, and some that it never was. */
  readonly held: readonly string[];
}

const get = (name: string, path: (s: Sample) => string, limitMs = LIST_MS): DeskRoute => ({
  name,
  limitMs,
  request: (sample) => ({ path: path(sample) }),
});

const post = (name: string, path: (s: Sample) => string, body: (s: Sample) => object): DeskRoute => ({
  name,
  limitMs: PAGE_MS,
  request: (sample) => ({ path: path(sample), body: body(sample) }),
});

const list = (query: string, path: string, filters: (s: Sample) => string): DeskRoute =>
  get(`${path}?${query}`, (s) => `${path}?${filters(s)}`);

const events = (query: string, filters: (s: Sample) => string): DeskRoute => list(query, '/v1/events', filters);
const deliveries = (query: string, filters: (s: Sample) => string): DeskRoute => list(query, '/v1/deliveries', filters);
const letters = (query: string, filters: (s: Sample) => string): DeskRoute => list(query, '/v1/dead-letters', filters);
const groups = (query: string, filters: (s: Sample) => string): DeskRoute =>
  list(query, '/v1/dead-letters/groups', filters);
const search = (what: string, text: (s: Sample) => string): DeskRoute =>
  get(`/v1/search?q=(${what})`, (s) => `/v1/search?q=${encodeURIComponent(text(s))}`);

/** Whatever the console's pages ask for, and their filters alone and together. */
export const DESK_ROUTES: readonly DeskRoute[] = [
  get('/v1/stats/overview', () => '/v1/stats/overview'),
  get('/v1/stats/overview?tenant', (s) => `/v1/stats/overview?tenant=${s.tenant}`),
  ...['hour', 'day'].map((bucket) => get(`/v1/stats?bucket=${bucket}`, () => `/v1/stats?bucket=${bucket}`)),
  get('/v1/stats?tenant', (s) => `/v1/stats?tenant=${s.tenant}`),
  get('/v1/stats?endpoint', (s) => `/v1/stats?endpoint=${s.endpoint}&bucket=hour`),
  get('/v1/stats?since (30 days of hours)', () => `/v1/stats?bucket=hour&since=${ago(30)}`),
  get('/v1/tenants', () => '/v1/tenants'),
  get('/v1/tenants/{tenant}', (s) => `/v1/tenants/${s.tenant}`),
  get('/v1/tenants/{tenant}/endpoints', (s) => `/v1/tenants/${s.tenant}/endpoints?limit=250`),
  get('/v1/tenants/{tenant}/endpoints/{endpoint}', (s) => `/v1/tenants/${s.tenant}/endpoints/${s.endpoint}`),
  get('…/{endpoint}/health', (s) => `/v1/tenants/${s.tenant}/endpoints/${s.endpoint}/health`),
  get('…/{endpoint}/versions', (s) => `/v1/tenants/${s.tenant}/endpoints/${s.endpoint}/versions`),
  get('…/{tenant}/subscriptions', (s) => `/v1/tenants/${s.tenant}/subscriptions?endpoint=${s.endpoint}`),
  get('/v1/event-types', () => '/v1/event-types'),
  get('/v1/api-keys', () => '/v1/api-keys'),

  events('', () => ''),
  events('order=asc', () => 'order=asc'),
  events('limit=250&include=data', () => 'limit=250&include=data'),
  events('tenant', (s) => `tenant=${s.tenant}`),
  events('type', (s) => `type=${s.type}`),
  events('tenant&type', (s) => `tenant=${s.tenant}&type=${s.type}`),
  events('subject', (s) => `subject=${s.subject}`),
  events('correlationId', (s) => `correlationId=${s.correlationId}`),
  events('uid', (s) => `uid=${s.uid}`),
  events('tenant&uid', (s) => `tenant=${s.tenant}&uid=${s.uid}`),
  events('source=nobody', () => 'source=nobody'),
  events('delivered=false', () => 'delivered=false'),
  events('tenant&delivered=false', (s) => `tenant=${s.tenant}&delivered=false`),
  events('tenant&delivered=true&since&until', (s) => `tenant=${s.tenant}&delivered=true${between(s)}`),
  events('since&until', (s) => between(s)),
  events('tenant&since&until&type', (s) => `tenant=${s.tenant}&type=${s.type}${between(s)}`),
  get('/v1/events/{event}', (s) => `/v1/events/${s.event}`),
  get('/v1/events/{event}/explain', (s) => `/v1/events/${s.event}/explain`, PAGE_MS),
  get('/v1/events/{event}/explain?endpoint', (s) => `/v1/events/${s.event}/explain?endpoint=${s.endpoint}`),

  deliveries('', () => ''),
  deliveries('limit=250', () => 'limit=250'),
  deliveries('tenant', (s) => `tenant=${s.tenant}`),
  deliveries('tenant&status=dead', (s) => `tenant=${s.tenant}&status=dead`),
  deliveries('tenant&status=succeeded', (s) => `tenant=${s.tenant}&status=succeeded`),
  deliveries('endpoint', (s) => `endpoint=${s.endpoint}`),
  deliveries('endpoint&status=dead', (s) => `endpoint=${s.endpoint}&status=dead`),
  deliveries('endpoint&status=cancelled', (s) => `endpoint=${s.endpoint}&status=cancelled`),
  deliveries('status=dead', () => 'status=dead'),
  deliveries('status=pending', () => 'status=pending'),
  deliveries('status=held', () => 'status=held'),
  deliveries('tenant&status=pending', (s) => `tenant=${s.tenant}&status=pending`),
  deliveries('waitingFor=retry', () => 'waitingFor=retry'),
  deliveries('endpoint&waitingFor=retry', (s) => `endpoint=${s.endpoint}&waitingFor=retry`),
  deliveries('statusCode=404', () => 'statusCode=404'),
  deliveries('tenant&statusClass=5xx', (s) => `tenant=${s.tenant}&statusClass=5xx`),
  deliveries('tenant&errorCode=tls', (s) => `tenant=${s.tenant}&errorCode=tls`),
  deliveries('type', (s) => `type=${s.type}`),
  deliveries('type=nothing.here', () => 'type=nothing.here'),
  deliveries('tenant&type&status=dead', (s) => `tenant=${s.tenant}&type=${s.type}&status=dead`),
  deliveries('event', (s) => `event=${s.event}`),
  deliveries('subject', (s) => `subject=${s.subject}`),
  deliveries('correlationId', (s) => `correlationId=${s.correlationId}`),
  deliveries('uid', (s) => `uid=${s.uid}`),
  deliveries('replay=true', () => 'replay=true'),
  deliveries('since&until', (s) => between(s)),
  deliveries('tenant&since&until&status=dead', (s) => `tenant=${s.tenant}&status=dead${between(s)}`),
  deliveries('endpoint&since&until', (s) => `endpoint=${s.endpoint}${between(s)}`),
  get('/v1/deliveries/{delivery}', (s) => `/v1/deliveries/${s.delivery}`),
  get('/v1/deliveries/{delivery}/attempts', (s) => `/v1/deliveries/${s.delivery}/attempts?include=data`),

  letters('', () => ''),
  letters('resolved=false', () => 'resolved=false'),
  letters('tenant&resolved=false', (s) => `tenant=${s.tenant}&resolved=false`),
  letters('endpoint&resolved=false', (s) => `endpoint=${s.endpoint}&resolved=false`),
  letters('tenant&type', (s) => `tenant=${s.tenant}&type=${s.type}`),
  letters('reason=gone', () => 'reason=gone'),
  letters('tenant&since&until', (s) => `tenant=${s.tenant}${between(s)}`),
  get('/v1/dead-letters/{deadLetter}', (s) => `/v1/dead-letters/${s.deadLetter}`),
  groups('', () => ''),
  groups('limit=250', () => 'limit=250'),
  groups('tenant', (s) => `tenant=${s.tenant}`),
  groups('type', (s) => `type=${s.type}`),
  groups('tenant&since', (s) => `tenant=${s.tenant}&since=${s.since}`),

  list('', '/v1/replays', () => ''),
  list('tenant', '/v1/replays', (s) => `tenant=${s.tenant}`),
  list('endpoint', '/v1/replays', (s) => `endpoint=${s.endpoint}`),
  list('state=running', '/v1/replays', () => 'state=running'),
  list('', '/v1/audit-log', () => ''),
  list('tenant', '/v1/audit-log', (s) => `tenant=${s.tenant}`),
  list('action', '/v1/audit-log', () => 'action=endpoint.paused'),
  list('actor', '/v1/audit-log', () => 'actor=agent7@example.com'),
  list('object', '/v1/audit-log', (s) => `object=${s.endpoint}`),
  list('tenant&action', '/v1/audit-log', (s) => `tenant=${s.tenant}&action=endpoint.created`),

  search('event id', (s) => s.event),
  search('delivery id', (s) => s.delivery),
  search('endpoint id', (s) => s.endpoint),
  search('tenant id', (s) => s.tenant),
  search('uid', (s) => s.uid),
  search('subject', (s) => s.subject),
  search('correlation id', (s) => s.correlationId),
  search('URL', (s) => s.url),
  search('beginning of a host', (s) => s.url.slice('https://'.length, -10)),
  search('tenant name', (s) => s.tenantName),
  search('nothing', () => 'there is no such thing'),

  post(
    'POST …/{endpoint}/reconcile (2,000 ids)',
    (s) => `/v1/tenants/${s.tenant}/endpoints/${s.endpoint}/reconcile`,
    (s) => ({ since: s.since, until: s.until, ids: s.held }),
  ),
  post(
    'POST /v1/replays dryRun failed&tenant',
    () => '/v1/replays',
    (s) => ({ select: 'failed', tenant: s.tenant, dryRun: true }),
  ),
  post(
    'POST /v1/replays dryRun failed&endpoint',
    () => '/v1/replays',
    (s) => ({ select: 'failed', endpoint: s.endpoint, dryRun: true }),
  ),
  post(
    'POST /v1/replays dryRun missing&endpoint (a day)',
    () => '/v1/replays',
    (s) => ({ select: 'missing', endpoint: s.endpoint, since: s.since, until: s.until, dryRun: true }),
  ),
];

const between = ({ since, until }: Sample): string => `&since=${since}&until=${until}`;

const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

interface Item {
  readonly id: string;
}

interface Page<Row> {
  readonly data: readonly Row[];
}

interface DeliveryItem extends Item {
  readonly event: string;
  readonly tenant: string;
  readonly endpoint: string;
  readonly type: string;
  readonly createdAt: string;
}

const HELD_IDS = 2_000;

/** So many samples, spread over the past four weeks; each fourth is of the largest customer, who is first in most pages. */
export async function takeSamples(api: AdminApi, count: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let n = 0; n < count; n++) {
    const untilMs = Date.now() - ((n + 0.5) / count) * 26 * DAY_MS;
    samples.push(await takeSample(api, new Date(untilMs - DAY_MS).toISOString(), new Date(untilMs).toISOString()));
  }
  return samples;
}

async function takeSample(api: AdminApi, since: string, until: string): Promise<Sample> {
  const first = async <Row>(path: string): Promise<Row> => (await api.get<Page<Row>>(path)).data[0]!;
  const delivery = await first<DeliveryItem>(`/v1/deliveries?until=${until}&limit=1`);
  const { tenant, endpoint, event, type } = delivery;
  const found = await api.get<{ subject: string; correlationId: string }>(`/v1/events/${event}`);
  const { name } = await api.get<{ name: string }>(`/v1/tenants/${tenant}`);
  const { url } = await api.get<{ url: string }>(`/v1/tenants/${tenant}/endpoints/${endpoint}`);
  const letter = await first<Item>(`/v1/dead-letters?until=${until}&limit=1`);
  const own = await api.get<Page<DeliveryItem>>(`/v1/deliveries?endpoint=${endpoint}&until=${until}&limit=250`);
  const held = own.data.map((one) => one.event);
  return {
    delivery: delivery.id,
    event,
    tenant,
    tenantName: name,
    endpoint,
    url,
    type,
    subject: found.subject,
    correlationId: found.correlationId,
    uid: `uid-${Math.floor(Number(found.subject.slice('order/'.length)) / 10) * 10}`,
    deadLetter: letter.id,
    since,
    until,
    held: [...held, ...(await othersOf(api, until, HELD_IDS - held.length))],
  };
}

/** Events of everybody, before a moment. */
async function othersOf(api: AdminApi, until: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ids.length < count; ) {
    const page = await api.get<Page<Item> & { nextCursor: string }>(`/v1/events?until=${until}&limit=250${cursor}`);
    ids.push(...page.data.map(({ id }) => id));
    cursor = `&cursor=${page.nextCursor}`;
  }
  return ids.slice(0, count);
}
