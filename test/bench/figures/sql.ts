import type { Client } from 'pg';
import { QUEUE_ROLE } from '../servers/postgres.js';

/** Statements run so far in the platform's database. */
export interface StatementCounts {
  /** By API and worker for our own tables, BEGIN and COMMIT included. */
  ours: number;
  /** By the queue, where it is on PostgreSQL: it connects as a role of its own. */
  queue: number;
}

/** Asked over a connection to another database, so that asking does not count. */
export async function countStatements(statistics: Client): Promise<StatementCounts> {
  const { rows } = await statistics.query<{ ours: string; queue: string }>(
    `SELECT coalesce(sum(calls) FILTER (WHERE rolname <> $1), 0) AS ours,
            coalesce(sum(calls) FILTER (WHERE rolname = $1), 0) AS queue
       FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = 'posthorn')`,
    [QUEUE_ROLE],
  );
  return { ours: Number(rows[0]!.ours), queue: Number(rows[0]!.queue) };
}

export interface StatementCost {
  calls: number;
  rows: number;
  meanMs: number;
  totalMs: number;
  walBytes: number;
  query: string;
}

/** The statements of the platform's database since the last reset, the most expensive first. */
export async function listStatements(statistics: Client): Promise<StatementCost[]> {
  const { rows } = await statistics.query<StatementCost>(
    `SELECT calls::float8, rows::float8, mean_exec_time AS "meanMs", total_exec_time AS "totalMs",
            wal_bytes::float8 AS "walBytes", regexp_replace(query, '\\s+', ' ', 'g') AS query
       FROM pg_stat_statements
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = 'posthorn')
      ORDER BY total_exec_time DESC LIMIT 40`,
  );
  return rows;
}

export async function forgetStatements(statistics: Client): Promise<void> {
  await statistics.query('SELECT pg_stat_statements_reset()');
}
