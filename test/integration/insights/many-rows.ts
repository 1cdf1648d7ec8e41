import { type Database, ensurePartitions } from '#database';
import { parseTypeId, uuidFloor } from '#kernel';
import type { MadeEndpoint, MadeTenant } from '../../support/factories.js';

const DAY_MS = 86_400_000;
const DAYS = 6;
const PER_DAY = 4_000;

/** Beside those named, so many more of everything that is configured. */
const CONFIGURED = 1_500;

/** Rows in plenty, by SQL: six days of traffic, in which little fails, and a backlog. Nothing is younger than an hour. */
export async function insertManyRows(
  db: Database,
  tenants: readonly MadeTenant[],
  endpoints: readonly MadeEndpoint[],
): Promise<void> {
  const nowMs = await db.readClock();
  await ensurePartitions(db, nowMs, { daysBehind: DAYS });
  await db.query(
    `CREATE FUNCTION pg_temp.row_id(kind int, n int, ms bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
       SELECT (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid $$`,
  );
  const startMs = Math.floor(nowMs - (DAYS - 1) * DAY_MS);
  const stepMs = Math.floor((nowMs - 3_600_000 - startMs) / (DAYS * PER_DAY));
  // One tenant and endpoint has nearly everything, as the busiest ones do; the others share what is left.
  const source = `
    SELECT n, $1::bigint + n * $2::bigint AS ms, to_timestamp(($1::bigint + n * $2::bigint) / 1000.0) AS at,
           ($3::uuid[])[CASE WHEN n % 10 = 0 THEN 1 + n / 10 % $5::int ELSE 1 END] AS tenant_id,
           ($4::uuid[])[CASE WHEN n % 10 = 0 THEN 1 + n / 10 % $5::int ELSE 1 END] AS endpoint_id,
           CASE WHEN n % 37 = 0 THEN 'dead' WHEN n % 41 = 0 THEN 'cancelled' ELSE 'succeeded' END AS status`;
  const values = [
    startMs,
    stepMs,
    tenants.map(({ id }) => parseTypeId('ten', id)),
    endpoints.map(({ id }) => parseTypeId('ep', id)),
    tenants.length,
  ];
  const ended = `(${source} FROM generate_series(0, ${DAYS * PER_DAY - 1}) n) r`;
  await db.query(
    `INSERT INTO events (id, tenant_id, uid, type, data, subject, source, correlation_id, occurred_at, created_at)
     SELECT pg_temp.row_id(1, n, ms), tenant_id, CASE WHEN n % 2 = 0 THEN 'u-' || n END, 'order.created', '{}',
            CASE WHEN n % 2 = 0 THEN 'order/' || n ELSE 'everything' END, 'billing',
            CASE WHEN n % 2 = 0 THEN 'k-' || n ELSE 'everything' END, at, at FROM ${ended}`,
    values,
  );
  await db.query(
    `INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint)
     SELECT tenant_id, uid, id, '' FROM events WHERE uid IS NOT NULL`,
  );
  await db.query(
    `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, last_status_code, created_at,
            completed_at, type, status, last_error_code, replay_of)
     SELECT pg_temp.row_id(2, n, ms), pg_temp.row_id(1, n, ms), tenant_id, endpoint_id, 1, 1,
            CASE status WHEN 'succeeded' THEN 200 WHEN 'dead' THEN 500 END, at, at, 'order.created', status,
            CASE status WHEN 'dead' THEN 'status' END, CASE WHEN n % 97 = 0 THEN pg_temp.row_id(2, n - 1, ms) END
       FROM ${ended}`,
    values,
  );
  await db.query(
    `INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at, resolved_at)
     SELECT pg_temp.row_id(3, n, ms), pg_temp.row_id(2, n, ms), pg_temp.row_id(1, n, ms), tenant_id, endpoint_id,
            'order.created', 'exhausted', at, CASE WHEN n % 5 > 0 THEN at END
       FROM ${ended} WHERE n % 5 < 2`,
    values,
  );
  const open = `(${source} FROM generate_series(${(DAYS - 1) * PER_DAY}, ${DAYS * PER_DAY - 1}) n) r`;
  await db.query(
    `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, due_at, created_at, type, waiting_for)
     SELECT pg_temp.row_id(4, n, ms), pg_temp.row_id(1, n, ms), tenant_id, endpoint_id, 1,
            CASE WHEN n % 50 = 0 THEN 'infinity' ELSE clock_timestamp() + interval '1 h' END, at, 'order.created', 'retry'
       FROM ${open}`,
    values,
  );
  await insertConfigured(db, parseTypeId('ten', tenants[0]!.id)!);
  await db.query(
    `INSERT INTO attempts (delivery_id, number, generation, endpoint_version, started_at, duration_ms, succeeded, truncated, trigger)
     SELECT id, 1, 1, 1, created_at, 1, true, false, 'schedule' FROM deliveries`,
  );
  await db.query('VACUUM ANALYZE');
}

async function insertConfigured(db: Database, tenantId: string): Promise<void> {
  const ids = `(substr($1, 1, 24) || lpad(to_hex(n), 12, '0'))::uuid AS id, n FROM generate_series(1, ${CONFIGURED}) n`;
  const base = uuidFloor(Date.now() - DAY_MS).replace('-0000-0000-', '-7000-8000-');
  const kinds = [
    `INSERT INTO tenants (id, uid, name) SELECT id, 'many-' || n, 'Many' FROM (SELECT ${ids}) i`,
    `INSERT INTO endpoints (id, tenant_id, url) SELECT id, $2, 'https://example.com' FROM (SELECT ${ids}) i`,
    `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types) SELECT id, $2, id, '{a}' FROM (SELECT ${ids}) i`,
    `INSERT INTO event_types (name, description) SELECT 'many.t' || n, 'Many' FROM (SELECT ${ids}) i`,
    `INSERT INTO api_keys (id, name, role, prefix, hash)
     SELECT id, 'Many', 'support', 'x', decode(md5(n::text), 'hex') FROM (SELECT ${ids}) i`,
  ];
  for (const sql of kinds) await db.query(sql, sql.includes('$2') ? [base, tenantId] : [base]);
}
