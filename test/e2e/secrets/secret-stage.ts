import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { findFreePort } from '#database';
import { certificates } from '../../support/certificates.js';
import { type ProcessOptions, type RunningProcess, startProcess } from '../../support/processes.js';
import { Receiver } from '../../support/receiver.js';
import { RedisServer } from '../../support/redis-server.js';
import { RefusingProxy } from '../../support/secrets/proxy.js';
import { RedisMonitor } from '../../support/secrets/redis-monitor.js';
import { SecretHunt } from '../../support/secrets/secret-hunt.js';
import { runSql } from '../../support/sql.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { OverheardClient } from './overheard-client.js';

/** What one process or command has printed. */
export interface Output {
  readonly process: string;
  readonly text: string;
}

/** An address that the API lets through and the worker does not. */
export const BLOCKED_ADDRESS = '127.0.0.9';

/** A secret nobody else has, with characters that encodings change. */
export const unique = (name: string): string => `${name}/${randomBytes(12).toString('base64url')}+=~&`;

/**
 * A platform of real processes that log all they can, over a database and a Redis with passwords of their own, and receivers
 * of every kind. Every secret that it is given is known to its {@link SecretHunt}.
 */
export class SecretStage {
  readonly hunt = new SecretHunt();
  readonly outputs: (() => Output)[] = [];
  readonly receivers: Receiver[] = [];
  api!: OverheardClient;
  database!: TestDatabase;
  monitor!: RedisMonitor;
  proxy!: RefusingProxy;
  env!: Record<string, string>;
  readonly metricsUrls = new Map<string, string>();
  private redis!: RedisServer;
  private worker!: RunningProcess;
  private role!: string;

  async open(): Promise<void> {
    [this.database, this.redis, this.proxy] = await Promise.all([
      createTestDatabase(),
      RedisServer.start(),
      RefusingProxy.start(),
    ]);
    this.monitor = await RedisMonitor.start(this.redis.port);
    this.env = await this.makeEnvironment();
    const [api] = await Promise.all([this.start('api', this.env), this.startWorker({})]);
    this.api = new OverheardClient(api.url, this.env['POSTHORN_ADMIN_KEY']!);
  }

  /** A worker in the place of the one that there is. */
  async startWorker(env: Record<string, string>): Promise<void> {
    await this.worker?.stop();
    this.worker = await this.start('worker', {
      ...this.env,
      POSTHORN_EGRESS_DENY: `${BLOCKED_ADDRESS}/32`,
      ...env,
    });
  }

  /** Starts a process whose environment is wrong, and keeps what it says to that. */
  async startInVain(app: ProcessOptions['app'], env: Record<string, string>): Promise<void> {
    const started = startProcess({ app, env: { ...this.env, ...env } });
    const failure = await started.then(
      () => new Error(`${app} has started with ${Object.keys(env).join()}`),
      (error: Error) => error,
    );
    if (!/ended before it was ready/.test(failure.message)) throw failure;
    this.outputs.push(() => ({ process: `${app} that cannot start`, text: failure.message }));
  }

  /** Runs the built command line and keeps what it prints. */
  command(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const given = { PATH: process.env['PATH'] ?? '', POSTHORN_DATA_DIR: '/nowhere/at/all', ...this.env, ...env };
    return new Promise((resolve) => {
      execFile(process.execPath, ['dist/apps/cli/main.js', ...args], { env: given }, (_error, out, err) => {
        this.outputs.push(() => ({ process: `posthorn ${args.join(' ')}`, text: out + err }));
        resolve(out);
      });
    });
  }

  async receiver(isSecure = false): Promise<Receiver> {
    const { valid, clientAuthority } = certificates;
    const receiver = await Receiver.start(isSecure ? { tls: { ...valid, clientCa: clientAuthority.cert } } : {});
    this.receivers.push(receiver);
    return receiver;
  }

  sql(text: string): Promise<object[]> {
    return runSql(this.database.url, text);
  }

  async close(): Promise<void> {
    this.monitor.stop();
    await Promise.all([...this.receivers.map((receiver) => receiver.close()), this.proxy.close(), this.redis.stop()]);
    await this.database.drop();
    await runSql(this.serverUrl, `DROP ROLE IF EXISTS ${this.role}`);
  }

  private get serverUrl(): string {
    return Object.assign(new URL(this.database.url), { pathname: '/postgres' }).href;
  }

  private async start(app: 'api' | 'worker', env: Record<string, string>): Promise<RunningProcess> {
    const metricsPort = String(await findFreePort());
    const running = await startProcess({ app, env: { ...env, METRICS_PORT: metricsPort } });
    this.outputs.push(() => ({ process: app, text: running.logs() }));
    this.metricsUrls.set(app, `http://127.0.0.1:${metricsPort}/metrics`);
    return running;
  }

  private async makeEnvironment(): Promise<Record<string, string>> {
    const keys = ['new', 'old'].map(
      (id) => `${id}:${this.hunt.hide(`encryption key ${id}`, randomBytes(32)).toString('base64')}`,
    );
    return {
      DATABASE_URL: await this.ownRole(),
      QUEUE_URL: await this.ownQueueUser(),
      POSTHORN_ADMIN_KEY: this.hunt.hide('POSTHORN_ADMIN_KEY', unique('admin-key')),
      POSTHORN_ENCRYPTION_KEYS: keys.join(','),
      POSTHORN_ALLOW_HTTP: 'true',
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      LOG_LEVEL: 'trace',
    };
  }

  private async ownRole(): Promise<string> {
    this.role = `secret_keeper_${randomBytes(5).toString('hex')}`;
    const password = this.hunt.hide('password of the database', randomBytes(18).toString('hex'));
    await this.sql(`CREATE ROLE ${this.role} SUPERUSER LOGIN PASSWORD '${password}'`);
    return Object.assign(new URL(this.database.url), { username: this.role, password }).href;
  }

  private async ownQueueUser(): Promise<string> {
    const password = this.hunt.hide('password of the queue', randomBytes(18).toString('hex'));
    const reply = await this.redis.ask(`ACL SETUSER keeper on ~* &* +@all >${password}`);
    if (!reply.startsWith('+OK')) throw new Error(reply);
    return `redis://keeper:${password}@127.0.0.1:${this.redis.port}`;
  }
}
