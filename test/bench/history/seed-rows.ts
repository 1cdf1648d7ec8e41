import type { Client } from 'pg';

/** Which rows to make, and where. Row n is of the n-th delivery, and its event's and attempt's. */
export interface Seed {
  from: number;
  /** Exclusive. */
  to: number;
  /** When the first of them was made, in epoch milliseconds, and how much later each further one. */
  startMs: number;
  msPerRow: number;
  /** SQL over `n`, the row's number, for a delivery's status: `succeeded`, `dead` or `cancelled`. */
  status: string;
  tables: { events: string; deliveries: string; attempts: string };
}

/**
 * What seeding needs in the database: the endpoints that the rows belong to, and ids that look like ours (UUIDv7) and are
 * a function of the row's number, so that three tables can be filled on their own and still fit together.
 */
export async function prepareSeeding(rows: Client): Promise<void> {
  await rows.query(`
    CREATE TABLE bench_targets AS
    SELECT (row_number() OVER (ORDER BY e.id) - 1)::int AS i, (count(*) OVER ())::int AS count, e.tenant_id,
           e.id AS endpoint_id, s.id AS subscription_id, s.event_types[1] AS type
      FROM endpoints e JOIN subscriptions s ON s.endpoint_id = e.id`);
  await rows.query('ANALYZE bench_targets');
  // 48 bits of time, version 7 and 12 bits of the number, variant and 62 bits of hash.
  await rows.query(`
    CREATE FUNCTION bench_id(kind int, n bigint, ms bigint) RETURNS uuid IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
      SELECT encode(substr(int8send(ms), 3) || int2send((28672 + (n & 4095))::int2) ||
                    int8send((hashint8extended(n, kind) & 4611686018427387903) | -9223372036854775808), 'hex')::uuid $$`);
  // Evenly spread numbers from 0 to below 1.
  await rows.query(`
    CREATE OR REPLACE FUNCTION bench_share(kind int, n bigint) RETURNS float8 IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
      SELECT (hashint8extended(n, 1000 + kind) & 1048575) / 1048576.0::float8 $$`);
  // Evenly spread numbers from 0 to 999, the same for a row each time, and others for each kind.
  await rows.query(`
    CREATE FUNCTION bench_dice(kind int, n bigint) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
      SELECT ((hashint8extended(n, 1000 + kind) & 4611686018427387903) % 1000)::int $$`);
}

/** Makes the rows: each statement is one INSERT from generate_series. */
export async function seedRows(rows: Client, seed: Seed): Promise<void> {
  const { events, deliveries, attempts } = seed.tables;
  await rows.query(`
    INSERT INTO ${events} (id, tenant_id, type, data, subject, source, occurred_at, correlation_id, created_at)
    SELECT bench_id(1, n, ms), tenant_id, type,
           '{"id":"pay_' || n || '","object":"payment","amount":4290,"currency":"eur","customer":{"id":"cus_9s6XKzkNRiz8i3",'
             '"email":"ada@example.com"},"livemode":true}',
           'order/' || n, 'billing', at, 'req-' || n, at
      FROM ${rowsOf(seed)}`);
  await rows.query(`
    INSERT INTO ${deliveries} (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
           last_status_code, created_at, completed_at, type, status, last_error_code, cancel_reason)
    SELECT bench_id(2, n, ms), bench_id(1, n, ms), tenant_id, endpoint_id, subscription_id, 1, 1,
           CASE status WHEN 'succeeded' THEN 200 WHEN 'dead' THEN 500 END, at, at + interval '20 ms', type, status,
           CASE status WHEN 'dead' THEN 'status' END, CASE status WHEN 'cancelled' THEN 'by_request' END
      FROM ${rowsOf(seed)}`);
  await rows.query(`
    INSERT INTO ${attempts} (delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code,
           first_byte_ms, succeeded, truncated, trigger, error_code, error, remote_address, signature, response_headers,
           response_body)
    SELECT bench_id(2, n, ms), 1, 1, 1, at, 12, CASE status WHEN 'succeeded' THEN 200 ELSE 500 END, 11,
           status = 'succeeded', false, 'schedule', CASE status WHEN 'succeeded' THEN NULL ELSE 'status' END,
           CASE status WHEN 'succeeded' THEN NULL ELSE 'The endpoint answered 500 Internal Server Error.' END, '127.0.0.1',
           'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=', '{"content-length":"0"}', ''
      FROM ${rowsOf(seed)} WHERE status <> 'cancelled'`);
  await rows.query(`
    INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
    SELECT bench_id(3, n, ms), bench_id(2, n, ms), bench_id(1, n, ms), tenant_id, endpoint_id, type, 'exhausted', at
      FROM ${rowsOf(seed)} WHERE status = 'dead'`);
}

/** Endpoints are not equally busy: the first has a seventh of fifty's rows, the last a hundredth. */
export function rowsOf({ from, to, startMs, msPerRow, status }: Seed): string {
  return `(
    SELECT n, ms, to_timestamp(ms / 1000.0) AS at, ${status} AS status, t.tenant_id, t.endpoint_id, t.subscription_id, t.type
      FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n
     CROSS JOIN LATERAL (SELECT (${startMs} + (n - ${from}) * ${msPerRow}::float8)::bigint AS ms) AS moment
      JOIN bench_targets t
        ON t.i = floor(power(bench_share(1, n), 2) * (SELECT count FROM bench_targets LIMIT 1))::int) AS seed`;
}
