import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type RunningProcess, startProcess } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

const ADMIN_KEY = 'an-admin-key-of-the-operator';

let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  database = await createTestDatabase();
  env = {
    DATABASE_URL: database.url,
    QUEUE_URL: inject('redisUrl'),
    POSTHORN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    POSTHORN_ADMIN_KEY: ADMIN_KEY,
  };
});
afterAll(() => database.drop());

/** Runs the API until it ends by itself. */
async function endOf(overrides: Record<string, string>): Promise<{ code: number; err: string }> {
  const child = spawn(process.execPath, ['dist/apps/api/main.js'], {
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env, ...overrides },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, err };
}

/** A POST whose body is sent in two halves, so that the request stands open between them. */
function halfPost(api: RunningProcess): { finish: () => Promise<number> } {
  const body = JSON.stringify({ name: 'Slow', uid: 'slow' });
  const call = request(`${api.url}/v1/tenants`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = new Promise<number>((resolve, reject) => {
    call.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    call.on('error', reject);
  });
  call.write(body.slice(0, 5));
  return {
    finish: () => {
      call.end(body.slice(5));
      return answered;
    },
  };
}

describe('the API as a process', () => {
  it('does not start without what it needs, and names it', async () => {
    const { code, err } = await endOf({ DATABASE_URL: '', PORT: 'x' });
    expect(code).toBe(1);
    expect(err).toMatch(/DATABASE_URL: is required[\s\S]*PORT: must be a whole number/);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('does not start while migrations are missing, and names the command', async () => {
    const { code, err } = await endOf({ DATABASE_URL: inject('databaseUrl') });
    expect(code).toBe(1);
    expect(err).toContain('npx posthorn migrate up');
  });

  it('does not start without its database, and says why', async () => {
    const { code, err } = await endOf({ DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' });
    expect(code).toBe(1);
    expect(err).toContain('ECONNREFUSED');
  });

  it("takes the operator's admin key, and says where it listens", async () => {
    const api = await startProcess({ app: 'api', env });
    expect(api.logs()).toContain(`Posthorn API listening on ${api.url}`);
    const answer = await fetch(`${api.url}/v1/tenants`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(answer.status).toBe(200);
    expect(api.logs()).not.toContain(ADMIN_KEY);
    expect(await api.stop()).toBe(0);
  });

  it('starts and answers while the queue is away, and says so', async () => {
    const api = await startProcess({ app: 'api', env: { ...env, QUEUE_URL: 'redis://127.0.0.1:1' } });
    const ready = await fetch(`${api.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ degraded: ['queue'] });
    expect(await api.stop()).toBe(0);
  });

  it('finishes the requests that it has begun when it is stopped', async () => {
    const api = await startProcess({ app: 'api', env });
    const call = halfPost(api);
    await waitFor(async () => {
      const metrics = await (await fetch(`${api.url}/metrics`)).text();
      expect(metrics).toContain('process_cpu_seconds_total');
    });
    const stopped = api.stop();
    await waitFor(() => expect(api.logs()).toContain('stopping'));
    expect(await call.finish()).toBe(201);
    expect(await stopped).toBe(0);
  });
});
