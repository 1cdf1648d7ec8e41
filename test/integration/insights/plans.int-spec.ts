import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partitionName } from '#database';
import { MOST_COUNTED } from '#insights';
import { toTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeEndpoint, type MadeTenant } from '../../support/factories.js';
import { allPages } from '../../support/recorded-traffic.js';
import { insertManyRows } from './many-rows.js';

/**
 * A list costs the page that it shows, whatever there is beside it. Which lists there are, and which filters they take, is
 * read from the OpenAPI document, so that what is added tomorrow is looked at too.
 */

interface Parameter {
  name: string;
  in: string;
  schema: { type?: string; enum?: string[] };
}

interface List {
  path: string;
  filters: Parameter[];
  /** The names of all that it takes. */
  takes: ReadonlySet<string>;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

interface Explained {
  sql: string;
  /** The largest number among the values: how many rows the statement may look at. */
  budget: number;
  nodes: PlanNode[];
}

/** What nearly every list takes; tried with every filter. */
const OF_EVERY_LIST = new Set(['limit', 'cursor', 'order', 'since', 'until', 'include']);

/** A table with fewer rows than this may be read as it lies. */
const SMALL = 1_000;

/** They grow with what is configured, not with traffic, and may be read whole: by a uid over all tenants, for one. */
const CONFIGURED = new Set(['tenants', 'endpoints', 'subscriptions', 'event_types']);

/** A list by an event's keys may look up as many events and put their deliveries into order. */
const MOST_SORTED = 1_001;

let t: TestApi;
let tenants: MadeTenant[];
let endpoints: MadeEndpoint[];
let lists: List[];
let large: Set<string>;
/** Values for the filters, by the parameter's name: something that is found often, seldom, and never. */
let examples: Record<string, string[]>;

beforeAll(async () => {
  t = await startApi();
  tenants = [await aTenant(t.api), await aTenant(t.api), await aTenant(t.api)];
  endpoints = await Promise.all(tenants.map((tenant) => anEndpoint(t.api, tenant)));
  await insertManyRows(t.db, tenants, endpoints);
  const [event] = await t.db.query<{ id: string }>('SELECT id FROM events ORDER BY id OFFSET 3000 LIMIT 1');
  examples = {
    tenant: [tenants[0]!.id, tenants[2]!.id],
    endpoint: [endpoints[0]!.id, endpoints[2]!.id],
    event: [toTypeId('evt', event!.id)],
    type: ['order.created', 'order.*', 'nothing.here'],
    subject: ['everything', 'order/3000', 'nothing'],
    source: ['billing', 'nobody'],
    uid: ['u-3000', 'nothing'],
    correlationId: ['everything', 'k-3000', 'nothing'],
    statusCode: ['200', '500', '404'],
    replay: ['true', 'false', 'rpl_01h455vb4pex5vsknk084sn02q'],
    eventType: ['order.created'],
    group: ['nothing'],
    after: [toTypeId('evt', event!.id)],
    actor: ['nobody'],
    key: ['key_01h455vb4pex5vsknk084sn02q'],
    object: [endpoints[0]!.id, 'nothing'],
  };
  lists = await readLists();
  const rows = await t.db.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples >= ${SMALL}`,
  );
  large = new Set(rows.map(({ name }) => name).filter((name) => !CONFIGURED.has(name)));
});
afterAll(() => t.close());

async function readLists(): Promise<List[]> {
  const { paths } = (await t.api.get('/openapi.json')).body as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>;
  };
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const parameters = (get?.parameters ?? []).filter((parameter) => parameter.in === 'query');
    if (!parameters.some(({ name }) => name === 'cursor')) return [];
    const takes = new Set(parameters.map(({ name }) => name));
    return [{ path, filters: parameters.filter(({ name }) => !OF_EVERY_LIST.has(name)), takes }];
  });
}

function valuesOf({ path }: List, { name, schema }: Parameter): string[] {
  // Below a tenant, other tenants' endpoints are not to be found.
  if (name === 'endpoint' && path.includes('{tenant}')) return [endpoints[0]!.id];
  const values = examples[name] ?? schema.enum ?? (schema.type === 'boolean' ? ['true', 'false'] : null);
  if (values) return values;
  throw new Error(`${path} takes "${name}", which has no example here: without one its plans are not looked at.`);
}

const inBothOrders = ({ takes }: List, query: string): string[] =>
  takes.has('order') ? [query, `${query}&order=asc`] : [query];

/** Each filter on its own in both orders, and together with the two that lists are mostly limited by. */
function queriesOf(list: List): string[] {
  const within = ['tenant', 'endpoint'].flatMap((name) => {
    const filter = list.filters.find((one) => one.name === name);
    return filter ? valuesOf(list, filter).map((value) => `${name}=${value}`) : [];
  });
  const alone = list.filters.flatMap((filter) =>
    valuesOf(list, filter).map((value) => `${filter.name}=${encodeURIComponent(value)}`),
  );
  const others = alone.filter((query) => !within.includes(query));
  const together = within.flatMap((one) => others.map((other) => `${one}&${other}`));
  return [...['', 'limit=250', ...alone].flatMap((query) => inBothOrders(list, query)), ...together];
}

/** The plans of the statements that a request runs, as they ran. */
async function plansOf(path: string, key?: string): Promise<Explained[]> {
  const seen: [string, readonly unknown[]][] = [];
  const query = t.db.query.bind(t.db);
  t.db.query = (sql, values = []) => {
    if (typeof sql === 'string' && /^\s*(\(?SELECT|WITH)\b/.test(sql)) seen.push([sql, values]);
    return query(sql, values);
  };
  try {
    await t.api.call('GET', path, undefined, key === undefined ? {} : { key });
  } finally {
    t.db.query = query;
  }
  const plans: Explained[] = [];
  for (const [sql, values] of seen) {
    const [row] = await query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
      values,
    );
    // What lies in the dead-letter queue is counted, up to a bound, for each group.
    const counted = path.includes('/dead-letters/groups') ? MOST_COUNTED : 0;
    const budget = Math.max(counted, ...values.filter((value) => typeof value === 'number'));
    plans.push({ sql, budget, nodes: flatten(row!['QUERY PLAN'][0].Plan) });
  }
  return plans;
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** What is wrong with a plan, in words; nothing if all is well. */
function faultsOf({ nodes, budget }: Explained): string[] {
  const faults: string[] = [];
  let examined = 0;
  for (const node of nodes) {
    const rows = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    const relation = node['Relation Name'];
    if (node['Node Type'] === 'Seq Scan' && large.has(relation!)) faults.push(`reads all of ${relation}`);
    if (/^(Sort|Incremental Sort|Hash|Materialize|Bitmap Heap Scan)$/.test(node['Node Type']) && rows > MOST_SORTED) {
      faults.push(`${node['Node Type']} of ${rows} rows`);
    }
    if (relation !== undefined && !CONFIGURED.has(relation)) examined += rows;
  }
  // Each row that it may look at, its counterparts in other tables, and the rows of lists that have few.
  if (examined > 4 * budget + 2 * SMALL) faults.push(`looks at ${examined} rows, with a budget of ${budget}`);
  return faults;
}

async function faultsOfAll(paths: readonly string[], key?: string): Promise<string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    for (const plan of await plansOf(path, key)) {
      for (const fault of faultsOf(plan)) faults.push(`${path}: ${fault}\n${plan.sql}`);
    }
  }
  return faults;
}

/** The path of a list, with what it is of. */
async function fill(path: string): Promise<string> {
  const [delivery] = await t.db.query<{ id: string }>('SELECT id FROM deliveries ORDER BY id OFFSET 5000 LIMIT 1');
  const names: Record<string, string> = {
    tenant: tenants[0]!.id,
    endpoint: endpoints[0]!.id,
    delivery: toTypeId('dlv', delivery!.id),
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = names[name];
    if (value === undefined) throw new Error(`${path}: nothing is known that could stand for {${name}}.`);
    return value;
  });
}

describe('lists', () => {
  it('are found in the document', () => {
    expect(lists.length).toBeGreaterThanOrEqual(9);
  });

  it('look at a page’s worth of rows, whichever filter and order', async () => {
    for (const list of lists) {
      const path = await fill(list.path);
      expect(await faultsOfAll(queriesOf(list).map((query) => `${path}?${query}`))).toEqual([]);
    }
  }, 600_000);

  it('do so in the middle and between two times', async () => {
    const times = [3, 2].map((days) => new Date(Date.now() - days * 86_400_000).toISOString());
    for (const list of lists) {
      const path = await fill(list.path);
      const within = list.takes.has('since')
        ? [`since=${times[0]}&until=${times[1]}`, `until=${times[0]}`, `since=${times[1]}`]
        : [];
      const paths = within.flatMap((query) => inBothOrders(list, query)).map((query) => `${path}?${query}`);
      const { body } = await t.api.get(`${path}?limit=100`);
      if (body['nextCursor']) paths.push(`${path}?limit=100&cursor=${body['nextCursor']}`);
      expect(await faultsOfAll(paths)).toEqual([]);
    }
  });

  it('do so for keys that see the events of some tenants only, or only their own', async () => {
    const scope = { tenants: tenants.slice(1).map(({ id }) => id) };
    const { key: publisher } = await aKey(t.api, 'publisher', scope);
    const { key: tenant } = await aKey(t.api, 'tenant', { tenant: tenants[2]!.id });
    for (const key of [publisher, tenant]) {
      for (const list of lists.filter(({ path }) => /^\/v1\/(events|deliveries)$/.test(path))) {
        const queries = queriesOf(list).filter((query) => !/(tenant|endpoint)=/.test(query));
        expect(
          await faultsOfAll(
            queries.map((query) => `${list.path}?${query}`),
            key,
          ),
        ).toEqual([]);
      }
    }
  });

  it('are not read to search, whatever is searched for and by whom', async () => {
    const [delivery] = await t.db.query<{ id: string }>('SELECT id FROM deliveries ORDER BY id OFFSET 5000 LIMIT 1');
    const id = toTypeId('dlv', delivery!.id);
    const texts = [
      id,
      `${id.replace('dlv_', 'att_')}_1`,
      examples['event']![0]!,
      endpoints[1]!.id,
      tenants[1]!.id,
      'order/3000',
      'everything',
      'k-3000',
      'u-3000',
      'nothing',
      'https://example.com',
      'hooks.example.com',
      'Many',
    ];
    const { key: publisher } = await aKey(t.api, 'publisher');
    const { key: tenant } = await aKey(t.api, 'tenant', { tenant: tenants[2]!.id });
    for (const key of [undefined, publisher, tenant]) {
      expect(
        await faultsOfAll(
          texts.map((text) => `/v1/search?q=${encodeURIComponent(text)}`),
          key,
        ),
      ).toEqual([]);
    }
  });

  it('are not read to explain an event, nor for statistics', async () => {
    const event = examples['event']![0]!;
    const paths = ['', `?endpoint=${endpoints[0]!.id}`].map((query) => `/v1/events/${event}/explain${query}`);
    const scopes = ['', `tenant=${tenants[0]!.id}`, `endpoint=${endpoints[2]!.id}`];
    const charts = scopes.flatMap((scope) =>
      ['minute', 'hour', 'day'].map((bucket) => `/v1/stats?bucket=${bucket}&${scope}`),
    );
    expect(await faultsOfAll([...paths, ...charts])).toEqual([]);
  });

  it('are counted up to a bound for the overview', async () => {
    for (const path of ['/v1/stats/overview', `/v1/stats/overview?tenant=${tenants[0]!.id}`]) {
      const plans = await plansOf(path);
      const read = plans.flatMap(({ nodes }) => nodes.filter((node) => large.has(node['Relation Name'] ?? '')));
      expect(read.filter((node) => node['Node Type'] === 'Seq Scan' && node['Actual Rows'] > MOST_COUNTED)).toEqual([]);
      for (const node of read) {
        expect(node['Actual Rows'] * node['Actual Loops']).toBeLessThanOrEqual(MOST_COUNTED);
        expect(node['Rows Removed by Filter'] ?? 0).toBeLessThan(SMALL);
      }
    }
  });

  it.each(['events', 'deliveries'] as const)('of the newest %s leave the days before alone', async (table) => {
    for (const query of ['', `tenant=${tenants[0]!.id}`]) {
      const plans = await plansOf(`/v1/${table}?limit=10&${query}`);
      const days = plans
        .flatMap(({ nodes }) => nodes.map((node) => node['Relation Name']))
        .filter((name) => name?.startsWith(`${table}_`));
      expect(days).toContain(partitionName(table, Date.now()));
      expect(new Set(days).size).toBeLessThanOrEqual(3);
    }
  });

  it.each(['asc', 'desc'])(
    'find the one row among all in %s order, if need be after pages with none',
    async (order) => {
      const [event] = await t.db.query<{ id: string }>('SELECT id FROM events ORDER BY id OFFSET 9000 LIMIT 1');
      const [delivery] = await t.db.query<{ id: string }>('SELECT id FROM deliveries ORDER BY id OFFSET 9000 LIMIT 1');
      await t.db.query(`UPDATE events SET source = 'rare' WHERE id = $1`, [event!.id]);
      await t.db.query(`UPDATE deliveries SET last_status_code = 299 WHERE id = $1`, [delivery!.id]);
      const found = async (path: string): Promise<unknown[]> =>
        (await allPages(t.api, `${path}&order=${order}`)).map(({ id }) => id);
      expect(await found('/v1/events?source=rare')).toEqual([toTypeId('evt', event!.id)]);
      expect(await found('/v1/deliveries?statusCode=299')).toEqual([toTypeId('dlv', delivery!.id)]);
    },
  );
});
