import { Pool, type PoolClient } from 'pg';
import type { PgPool } from 'bullmq';
import { ConnectionAge } from './connection-age.js';

export interface QueuePoolOptions {
  url: string;
  /** Connections at most. A worker's LISTEN takes one of them for good. */
  max: number;
  /** Milliseconds after which a query counts as lost, and its connection with it. */
  queryTimeoutMs: number;
  now: () => number;
  onUp: () => void;
  onDown: (reason: string) => void;
}

const SCHEMA = 'bullmq';

/**
 * The connections of BullMQ's PostgreSQL backend. They do not wait for their commits to reach the disk: jobs may be lost,
 * rows are not written here.
 *
 * BullMQ is given a thin front before the pool instead of the pool. Its loops wait before they repeat a query only if the
 * error reads "Connection is closed."; of a server that shuts down or starts up (57P01, 57P03) they would ask again in a
 * hot loop. The front gives every lost connection that one message.
 */
export class QueuePool {
  private readonly pool: Pool;
  private readonly age: ConnectionAge;

  constructor(private readonly options: QueuePoolOptions) {
    this.age = new ConnectionAge(options.now, 1);
    this.pool = new Pool({
      connectionString: withSessionSettings(options.url),
      max: options.max,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: 5_000,
      query_timeout: options.queryTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'posthorn queue',
    });
    this.pool.on('connect', (client) => {
      guardAgainstErrors(client);
      this.age.made(client);
      options.onUp();
    });
    this.pool.on('remove', (client) => this.forget(client, 'the connection was closed'));
    this.pool.on('error', (error, client) => this.forget(client, error.message));
  }

  /** Epoch milliseconds of the youngest living connection; null while there is none. */
  get connectedSince(): number | null {
    return this.age.connectedSince;
  }

  /** Rejects unless the server answers and holds BullMQ's schema. */
  async check(): Promise<void> {
    const { rows } = await this.pool.query<{ found: boolean }>(
      `SELECT to_regclass('${SCHEMA}.job') IS NOT NULL AS found`,
    );
    if (rows[0]?.found !== true) throw new Error('its tables are missing; run `posthorn migrate up`');
  }

  /** What BullMQ takes for a pool. It must not end it: `close` does. */
  get front(): PgPool {
    const front: PgPool & { options: object } = {
      options: { keepAlive: true },
      query: (text: string, params?: readonly unknown[]) =>
        this.pool.query(text, params as unknown[] | undefined).catch(rethrow),
      connect: () => this.pool.connect().catch(rethrow),
      end: () => Promise.resolve(),
      on: () => front,
      removeAllListeners: () => front,
    };
    return front;
  }

  async close(): Promise<void> {
    const ended = this.pool.end().catch(() => undefined);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  }

  private forget(client: PoolClient, reason: string): void {
    this.age.lost(client);
    if (this.connectedSince === null) this.options.onDown(reason);
  }
}

/**
 * A client that breaks while nobody listens for its 'error' ends the whole process. Between taking one out of the pool
 * and listening, and again after closing (when it removes all listeners), BullMQ does not listen; we do.
 */
function guardAgainstErrors(client: PoolClient): void {
  const ignore = () => {};
  const removeAllListeners = client.removeAllListeners.bind(client);
  client.on('error', ignore);
  client.removeAllListeners = (event?: string | symbol) => {
    removeAllListeners(event);
    return client.on('error', ignore);
  };
}

/** In the URL rather than in the pool's options: node-postgres lets the URL's own `options` win over those. */
export function withSessionSettings(url: string): string {
  const [base = '', query = ''] = splitOnce(url, '?');
  const params = new URLSearchParams(query);
  const own = params.get('options');
  params.set('options', `${own === null ? '' : `${own} `}-c search_path=${SCHEMA} -c synchronous_commit=off`);
  return `${base}?${params.toString().replaceAll('+', '%20')}`;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function rethrow(error: unknown): never {
  throw isConnectionLoss(error) ? new Error('Connection is closed.', { cause: error }) : error;
}

/** Of what a query or a connect rejects with: without an SQLSTATE the error comes from the socket or the driver. */
export function isConnectionLoss(error: unknown): boolean {
  return !SQLSTATE.test(codeOf(error)) || saysServerIsGone(error);
}

/**
 * By its SQLSTATE: connection (08), resources (53), operator intervention (57P, which is shutdown and start-up), system
 * (58), wrong user (28) and missing database (3D). https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function saysServerIsGone(error: unknown): boolean {
  const code = codeOf(error);
  return SQLSTATE.test(code) && /^(08|53|57P|58|28|3D)/.test(code);
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
