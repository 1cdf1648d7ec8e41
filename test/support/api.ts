import { randomBytes } from 'node:crypto';
import type { OpenAPIObject } from '@nestjs/swagger';
import { createApi, type ApiDeps } from '../../apps/api/create-api.js';
import { loadConfig } from '#config';
import { Database } from '#database';
import { DatabaseClock, KeyRing } from '#kernel';
import { openDispatchQueue } from '#queue';
import { createLogger, Metrics } from '#telemetry';
import { ApiKeyStore } from '#tenants';
import { ApiClient } from './api-client.js';
import { Conformance } from './conformance.js';
import { testQueue } from './redis.js';
import { createTestDatabase } from './test-database.js';

export interface TestApi {
  /** Speaks to it as the admin, unless told otherwise. */
  api: ApiClient;
  /** Holds every answer that the client sees against /openapi.json. */
  conformance: Conformance;
  url: string;
  adminKey: string;
  deps: ApiDeps;
  db: Database;
  /** The connection string of its database. */
  databaseUrl: string;
  /** What it has logged, one object a line. */
  logs: Record<string, unknown>[];
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** Environment variables beside the two that are always there. */
  env?: Record<string, string>;
  /** Last words on what the API is built upon. */
  deps?: (deps: ApiDeps) => ApiDeps;
}

/** The whole API in this process, on 127.0.0.1 and a port of its own, over a database of its own. One per spec file. */
export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    POSTHORN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    PORT: '0',
    // Tests present many keys that do not open.
    POSTHORN_FAILED_AUTH_PER_MINUTE: '0',
    ...options.env,
  });
  const db = await Database.connect({ url: database.url, poolSize: 5, applicationName: 'posthorn-test-api' });
  const logs: Record<string, unknown>[] = [];
  const made: ApiDeps = {
    config,
    db,
    clock: new DatabaseClock(),
    keyRing: new KeyRing(config.encryption.keys),
    logger: createLogger({
      level: 'debug',
      process: 'test',
      destination: { write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>) },
    }),
    metrics: new Metrics({ processDefaults: false }),
    queue: openDispatchQueue(testQueue()),
  };
  const deps = options.deps?.(made) ?? made;
  const app = await createApi(deps);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const adminKey = `test-admin-key-${randomBytes(12).toString('hex')}`;
  await app.get(ApiKeyStore).ensureAdminKey(adminKey);
  const close = async (): Promise<void> => {
    await app.close();
    await deps.queue.close();
    await db.close();
    await database.drop();
  };
  const conformance = new Conformance((await (await fetch(`${url}/openapi.json`)).json()) as OpenAPIObject);
  return {
    api: new ApiClient(url, adminKey, conformance),
    conformance,
    url,
    adminKey,
    deps,
    db,
    databaseUrl: database.url,
    logs,
    close,
  };
}
