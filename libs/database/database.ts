import 'reflect-metadata';
import pg, { type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '#migrations';

/**
 * A statement of the hot path. The name makes PostgreSQL parse and plan it once per connection, which for the wide
 * statements of publishing and recording is a large part of their cost.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What can run SQL: the database itself, or one transaction of it. Stores take it as an explicit first argument. */
export interface Executor {
  query<Row = Record<string, unknown>>(sql: string | Statement, values?: readonly unknown[]): Promise<Row[]>;
}

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** No statement of ours may run longer, in milliseconds. */
  statementTimeoutMs?: number;
  /** No statement of ours may wait longer for a lock, in milliseconds; as long as it may run unless given. */
  lockTimeoutMs?: number;
  /**
   * A server that has not answered after this is taken for lost, in milliseconds: a host that vanished says nothing, and
   * TCP alone would wait a quarter of an hour for it. 5 s more than `statementTimeoutMs` unless given.
   */
  answerTimeoutMs?: number;
}

/** A transaction of ours that stops talking is ended after this long: one old snapshot slows every scan. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * What is hot lies in memory and the rest on solid state. By the default, made for spinning disks, recording a few hundred
 * attempts would read through all open deliveries.
 */
const RANDOM_PAGE_COST = 1.1;

/**
 * PostgreSQL as this process sees it. TypeORM owns the connections, the migrations and ordinary CRUD; plain statements
 * go to the same pool without its query layer.
 */
export class Database implements Executor {
  private constructor(
    readonly dataSource: DataSource,
    private readonly pool: Pool,
  ) {}

  static async connect(options: DatabaseOptions): Promise<Database> {
    const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
    // By SET and not by start-up parameter: PgBouncer refuses parameters it does not know.
    const settings = `SET statement_timeout = ${statementTimeoutMs}; SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}; SET jit = off; SET random_page_cost = ${RANDOM_PAGE_COST}; SET lock_timeout = ${options.lockTimeoutMs ?? 0}`;
    const onConnect = async (client: PoolClient): Promise<void> => {
      // The pool does not listen to a client that is in use, and an 'error' that nobody hears ends the process: a
      // transaction learns of a lost connection from its next statement.
      client.on('error', () => undefined);
      await client.query(settings);
    };
    const answerTimeoutMs = options.answerTimeoutMs ?? (statementTimeoutMs > 0 ? statementTimeoutMs + 5_000 : 0);
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      migrations,
      migrationsTransactionMode: 'each',
      migrationsTableName: 'posthorn_migrations',
      synchronize: false,
      poolSize: options.poolSize,
      applicationName: options.applicationName,
      connectTimeoutMS: 5_000,
      extra: {
        idleTimeoutMillis: 30_000,
        keepAlive: true,
        onConnect,
        ...(answerTimeoutMs > 0 ? { query_timeout: answerTimeoutMs } : {}),
      },
      poolErrorHandler: () => undefined,
    });
    await dataSource.initialize();
    const pool = (dataSource.driver as unknown as { master: Pool }).master;
    return new Database(dataSource, pool);
  }

  async query<Row = Record<string, unknown>>(sql: string | Statement, values?: readonly unknown[]): Promise<Row[]> {
    return run<Row>(this.pool, sql, values);
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. No network calls inside. */
  async transaction<T>(work: (tx: Executor) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work({ query: (sql, values) => run(client, sql, values) });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: Error) => (broken = cause));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** The database's clock, in epoch milliseconds. */
  async readClock(): Promise<number> {
    const [row] = await this.query<{ ms: number }>(`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`);
    return row!.ms;
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

async function run<Row>(on: Pool | PoolClient, sql: string | Statement, values?: readonly unknown[]): Promise<Row[]> {
  const config = typeof sql === 'string' ? { text: sql } : { name: sql.name, text: sql.text };
  const result = await (on as Pool).query({ ...config, values: values as unknown[] });
  return result.rows as Row[];
}

// 64-bit counters come as numbers: none of ours leaves the 53 bits that a double holds exactly.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
