import type { Client } from 'pg';
import { uuidFloor } from '#kernel';
import { KEPT_MS } from '#stats';
import { loadHistory } from '../history/load-history.js';
import { rowsOf, type Seed, seedRows } from '../history/seed-rows.js';
import type { Stage } from '../stage.js';

/** One customer is as large as many others together: the first quarter of the endpoints gets half of the deliveries. */
const TENANTS = { huge: 1_250, others: 200, endpointsEach: 20 };
const CONNECTIONS = 16;

const TYPES = Array.from({ length: 40 }, (_, n) => `${['payment', 'order', 'customer', 'invoice'][n % 4]}.event${n}`);

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Beside what has ended: waiting for a retry, and held. */
const OPEN = 100_000;
const AUDIT_ENTRIES = 300_000;
const REPLAYS = 2_000;

const PARENTS = { events: 'events', deliveries: 'deliveries', attempts: 'attempts' };

/** What a support desk has to look into, made once: customers, their traffic of four weeks until now, and its traces. */
export async function fillDesk(stage: Stage, folder: string): Promise<void> {
  const { servers, options, progress } = stage;
  const { rows } = servers.postgres;
  const say = (what: string): void => progress.say(`desk: ${what}`);
  say('making customers and their endpoints');
  await openCustomers(stage);
  await loadHistory(servers.postgres.url, options.rows, folder, progress);
  await rows.query(`SET synchronous_commit = off; SET jit = off; SET work_mem = '256MB'`);
  say('filling the last two days');
  const fresh = await seedLastDays(rows, options.rows);
  await seedUids(rows);
  await seedOpen(rows, fresh);
  await resolveDeadLetters(rows);
  say('counting the traffic');
  await seedTraffic(rows);
  await seedHealth(rows);
  await seedAudit(rows);
  await seedReplays(rows);
  say('vacuuming');
  await rows.query('VACUUM ANALYZE');
  await rows.query('CHECKPOINT');
  await rows.query('RESET ALL');
}

export async function isFilled(rows: Client): Promise<boolean> {
  const { rows: found } = await rows.query(`SELECT FROM pg_class WHERE relname = 'bench_targets'`);
  return found.length > 0;
}

/** Over the API, so that endpoints have secrets, versions and entries in the audit log. */
async function openCustomers({ admin }: Stage): Promise<void> {
  const huge = await admin.createTenant('Globex Corporation', { maxEndpoints: TENANTS.huge });
  const urls = endpointsOf(huge, 0, TENANTS.huge);
  await inTurn(urls, (make) => make(admin));
  const others: string[] = [];
  for (let n = 0; n < TENANTS.others; n++) others.push(await admin.createTenant(`Customer ${n} GmbH`));
  await inTurn(
    others.flatMap((tenant, n) => endpointsOf(tenant, n + 1, TENANTS.endpointsEach)),
    (make) => make(admin),
  );
}

function endpointsOf(tenant: string, customer: number, count: number): ((admin: Stage['admin']) => Promise<string>)[] {
  return Array.from({ length: count }, (_, n) => {
    const url = `https://hooks${n}.customer${customer}.example.com/posthorn`;
    return (admin) => admin.createEndpoint(tenant, url, [TYPES[n % TYPES.length]!]);
  });
}

async function inTurn<Job>(jobs: readonly Job[], run: (job: Job) => Promise<unknown>): Promise<void> {
  const left = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of left) await run(job);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** As many a day as before, into the partitions that the platform has made. Answers what comes next. */
async function seedLastDays(rows: Client, from: number): Promise<number> {
  const startMs = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS;
  const msPerRow = (DAY_MS * 26) / from;
  const to = from + Math.floor((Date.now() - 60_000 - startMs) / msPerRow);
  const status = `CASE WHEN bench_dice(2, n) < 970 THEN 'succeeded' WHEN bench_dice(2, n) < 990 THEN 'dead' ELSE 'cancelled' END`;
  await seedRows(rows, { from, to, startMs, msPerRow, status, tables: PARENTS });
  return to;
}

/** One event in ten carries a uid of its own. */
async function seedUids(rows: Client): Promise<void> {
  await rows.query(`
    INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint)
    SELECT tenant_id, 'uid-' || substr(subject, 7), id, '\\x00' FROM events WHERE substr(subject, 7)::bigint % 10 = 0`);
}

/** Failed once and waiting, for hours; what is for a paused endpoint is held. Nothing is due while anything is timed. */
async function seedOpen(rows: Client, from: number): Promise<void> {
  const seed: Seed = {
    from,
    to: from + OPEN,
    startMs: Date.now() - HOUR_MS,
    msPerRow: (HOUR_MS - 60_000) / OPEN,
    status: `'pending'`,
    tables: PARENTS,
  };
  await rows.query(`
    UPDATE endpoints e SET status = CASE t.i % 100 WHEN 7 THEN 'paused' ELSE 'disabled' END, status_changed_at = clock_timestamp()
      FROM bench_targets t WHERE t.endpoint_id = e.id AND t.i % 100 IN (7, 8)`);
  await rows.query(`
    INSERT INTO events (id, tenant_id, type, data, subject, source, occurred_at, correlation_id, created_at)
    SELECT bench_id(1, n, ms), tenant_id, type, '{"open":' || n || '}', 'order/' || n, 'billing', at, 'req-' || n, at
      FROM ${rowsOf(seed)}`);
  await rows.query(`
    INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, generation,
           attempts, last_status_code, last_error_code, due_at, created_at, type, waiting_for)
    SELECT bench_id(2, n, ms), bench_id(1, n, ms), seed.tenant_id, endpoint_id, subscription_id, 1, 2, 1, 503, 'status',
           CASE e.status WHEN 'paused' THEN 'infinity' ELSE at + interval '6 hours' + n % 86400 * interval '1 second' END, at,
           type, CASE e.status WHEN 'paused' THEN 'held' ELSE 'retry' END
      FROM ${rowsOf(seed)} JOIN endpoints e ON e.id = endpoint_id WHERE e.status <> 'disabled'`);
}

/** Half of them, as people do. */
async function resolveDeadLetters(rows: Client): Promise<void> {
  await rows.query(`
    UPDATE dead_letters SET resolved_at = opened_at + interval '1 day', resolution = 'discarded', note = 'Told the customer.'
     WHERE hashint8extended(('x' || substr(id::text, 29))::bit(32)::bigint, 1) % 2 = 0`);
  await rows.query('UPDATE dead_letters SET announced_at = opened_at');
}

/** What the platform would have counted itself, from what is there: hours, days, and the minutes that are kept. */
async function seedTraffic(rows: Client): Promise<void> {
  const none = `'00000000-0000-0000-0000-000000000000'::uuid`;
  const counts = `published, attempts, failed, delivered, retried, dead, duration_ms_sum`;
  const latency = Array.from({ length: 28 }, (_, part) => `latency_${part}`);
  const sums = `0, count(*) FILTER (WHERE status <> 'cancelled'), count(*) FILTER (WHERE status = 'dead'),
    count(*) FILTER (WHERE status = 'succeeded'), 0, count(*) FILTER (WHERE status = 'dead'),
    12 * count(*) FILTER (WHERE status <> 'cancelled'),
    ${latency.map((_, part) => (part === 6 ? `count(*) FILTER (WHERE status <> 'cancelled')` : '0')).join(', ')}`;
  const scopes = `GROUPING SETS ((bucket, tenant_id, endpoint_id), (bucket, tenant_id), (bucket))`;
  const fill = (table: string, bucket: string, writer: string, since: string): string => `
    INSERT INTO ${table} (tenant_id, part_id, starts_at, ${writer === '' ? '' : 'writer, '}${counts}, ${latency.join(', ')})
    SELECT coalesce(tenant_id, ${none}), coalesce(endpoint_id, ${none}), bucket, ${writer} ${sums}
      FROM (SELECT date_trunc('${bucket}', created_at) AS bucket, tenant_id, endpoint_id, status FROM deliveries
             WHERE id >= '${since}') made GROUP BY ${scopes}`;
  const nowMs = Date.now();
  await rows.query('TRUNCATE traffic_minutes, traffic_hours, traffic_days');
  await rows.query(fill('traffic_minutes', 'minute', `'bench', `, uuidFloor(nowMs - KEPT_MS.minute)));
  const past = uuidFloor(nowMs - 30 * DAY_MS);
  await rows.query(fill('traffic_hours', 'hour', '', past));
  await rows.query(fill('traffic_days', 'day', '', past));
  // What counts twice otherwise: the hour and the day that are not over are still to be summed up.
  await rows.query(`DELETE FROM traffic_hours WHERE starts_at >= date_trunc('hour', clock_timestamp())`);
  await rows.query(`DELETE FROM traffic_days WHERE starts_at >= date_trunc('day', clock_timestamp())`);
  await rows.query(`
    UPDATE traffic_rollups SET done_until = date_trunc(CASE name WHEN 'hours' THEN 'hour' ELSE 'day' END, clock_timestamp())`);
}

async function seedHealth(rows: Client): Promise<void> {
  await rows.query(`
    INSERT INTO endpoint_health (endpoint_id, writer, succeeded, failed, duration_ms_sum, last_success_at)
    SELECT part_id, 'bench', sum(delivered), sum(failed), sum(duration_ms_sum), clock_timestamp() FROM traffic_days
     WHERE part_id <> '00000000-0000-0000-0000-000000000000' GROUP BY 1`);
}

async function seedAudit(rows: Client): Promise<void> {
  const { rows: keys } = await rows.query<{ id: string }>('SELECT id FROM api_keys ORDER BY id LIMIT 1');
  await rows.query(
    `INSERT INTO audit_log (id, created_at, tenant_id, actor_kind, api_key_id, api_key_name, role, on_behalf_of, action,
            object, before, after, request_id, remote_address)
     SELECT bench_id(4, n, ms), to_timestamp(ms / 1000.0), t.tenant_id, 'api_key', $1, 'Support desk', 'support',
            'agent' || n % 40 || '@example.com',
            (ARRAY['delivery.replayed', 'dead_letter.discarded', 'endpoint.updated', 'endpoint.paused'])[1 + n % 4], NULL,
            '{"url":"https://old.example.com"}', '{"url":"https://new.example.com"}', 'req-' || n, '127.0.0.1'
       FROM generate_series(0, ${AUDIT_ENTRIES - 1}) AS n
      CROSS JOIN LATERAL (SELECT (${Date.now() - 28 * DAY_MS} + n * ${(28 * DAY_MS) / AUDIT_ENTRIES}::float8)::bigint AS ms) m
       JOIN bench_targets t ON t.i = n % (SELECT max(count) FROM bench_targets)`,
    [keys[0]!.id],
  );
}

async function seedReplays(rows: Client): Promise<void> {
  await rows.query(
    `INSERT INTO replays (id, tenant_id, tenant_ids, endpoint_id, selects, until, rate_per_second, note, requested_by, state,
            counted, is_counted, matched, replayed, succeeded, created_at, walked_at, ended_at)
     SELECT bench_id(5, n, ms), t.tenant_id, ARRAY[t.tenant_id], t.endpoint_id, 'failed', at, 100, 'Was down.', t.tenant_id,
            'finished', 20, true, 20, 20, 20, at, at, at
       FROM generate_series(0, ${REPLAYS - 1}) AS n
      CROSS JOIN LATERAL (SELECT (${Date.now() - 28 * DAY_MS} + n * ${(28 * DAY_MS) / REPLAYS}::float8)::bigint AS ms) m
      CROSS JOIN LATERAL (SELECT to_timestamp(ms / 1000.0) AS at) moment
       JOIN bench_targets t ON t.i = n % (SELECT max(count) FROM bench_targets)`,
  );
}
