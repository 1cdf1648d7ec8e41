import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { KeyRing } from '#kernel';
import { databaseNamed, runSql } from '../support/sql.js';

interface Ended {
  code: number;
  out: string;
  err: string;
}

const name = `posthorn_cli_${randomBytes(5).toString('hex')}`;
let databaseUrl: string;

beforeAll(async () => {
  await runSql(inject('databaseUrl'), `CREATE DATABASE ${name}`);
  databaseUrl = databaseNamed(inject('databaseUrl'), name);
});
afterAll(() => runSql(inject('databaseUrl'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

/** Runs the built command line with nothing but this environment. */
function posthorn(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const given = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: databaseUrl,
    POSTHORN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    POSTHORN_DATA_DIR: '/nowhere/at/all',
    ...env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['dist/apps/cli/main.js', ...args], { env: given }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

describe('posthorn on the command line', () => {
  it('names the command that helps while migrations are missing, and runs them', async () => {
    const before = await posthorn(['migrate', 'status']);
    expect(before).toMatchObject({ code: 1 });
    expect(before.out).toMatch(/database\s+migrations are missing[\s\S]*npx posthorn migrate up/);
    const early = await posthorn(['keys', 'create', '--role', 'admin', '--name', 'x']);
    expect(early.code).toBe(1);
    expect(early.err).toContain('npx posthorn migrate up');
    expect(early.err).not.toMatch(/\n\s+at /);

    const up = await posthorn(['migrate', 'up']);
    expect(up.out + up.err).toContain('The schema is up to date.');
    expect(up.code).toBe(0);
    expect((await posthorn(['migrate', 'up'])).out).toContain('was up to date');
    expect(await posthorn(['migrate', 'status'])).toMatchObject({ code: 0 });
  });

  it('makes a key and prints it alone on standard output', async () => {
    const { code, out, err } = await posthorn(['keys', 'create', '--role', 'support', '--name', 'desk']);
    expect(code).toBe(0);
    expect(out).toMatch(/^phk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}\n$/);
    expect(err).toMatch(/^key_[0-9a-z]{26} {2}support {2}desk/);
  });

  it.each([
    [['keys', 'create', '--role', 'root', '--name', 'x'], /Allowed choices are/],
    [['keys', 'create', '--role', 'admin'], /--name/],
    [['keys', 'create', '--role', 'tenant', '--name', 'x'], /--tenant goes with/],
    [['keys', 'create', '--role', 'tenant', '--name', 'x', '--tenant', 'nobody'], /no tenant "nobody"/],
    [['keys', 'create', '--role', 'admin', '--name', 'x', '--expires-in-days', '-3'], /whole number of days/],
    [['nonsense'], /unknown command/],
  ])('refuses %j in words', async (args, words) => {
    const { code, err } = await posthorn(args);
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  it('tells all that is wrong with the configuration', async () => {
    const { code, err } = await posthorn(['migrate', 'up'], { DATABASE_URL: '', PORT: 'x' });
    expect(code).toBe(1);
    expect(err).toMatch(/PORT: must be a whole number/);
    const missing = await posthorn(['migrate', 'up'], { DATABASE_URL: '' });
    expect(missing.err).toMatch(/DATABASE_URL: is required/);
  });

  it('finds nothing wrong with what is well', async () => {
    const { code, out } = await posthorn(['doctor'], { QUEUE_URL: inject('redisUrl') });
    expect(out).toMatch(/ok\s+database\s+PostgreSQL \d+/);
    expect(out).toMatch(/ok\s+queue\s+redis answers/);
    expect(out).toContain('Everything Posthorn needs is there.');
    expect(code).toBe(0);
  });

  it('seals anew under the first key what is under another, and the doctor tells how much that is', async () => {
    const key = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
    const [old, fresh] = [key('old', 1), key('fresh', 2)];
    const id = '01900000-0000-7000-8000-000000000001';
    const sealed = new KeyRing([['old', Buffer.alloc(32, 1)]]).seal('a secret', id);
    await runSql(databaseUrl, `INSERT INTO tenants (id, name) VALUES ($1, 'x')`, [id]);
    await runSql(databaseUrl, `INSERT INTO endpoints (id, tenant_id, url) VALUES ($1, $1, 'https://x.example')`, [id]);
    const insert = `INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret) VALUES ($1, $1, $2)`;
    await runSql(databaseUrl, insert, [id, sealed]);
    const env = { POSTHORN_ENCRYPTION_KEYS: `${fresh},${old}` };

    const before = await posthorn(['doctor'], env);
    expect(before.out).toMatch(
      /warn\s+encryption\s+1 value is sealed under another key; `npx posthorn keys reencrypt`/,
    );
    expect(before.code).toBe(0);
    const without = await posthorn(['keys', 'reencrypt'], { POSTHORN_ENCRYPTION_KEYS: fresh });
    expect(without.code).toBe(1);
    expect(without.out).toContain('endpoint_secrets.sealed_secret: 0 sealed anew, 1 cannot be opened');
    const done = await posthorn(['keys', 'reencrypt'], env);
    expect(done.code).toBe(0);
    expect(done.out).toContain('endpoint_secrets.sealed_secret: 1 sealed anew\n');
    const after = await posthorn(['doctor'], { POSTHORN_ENCRYPTION_KEYS: fresh });
    expect(after.out).toMatch(/ok\s+encryption\s+everything is sealed under "fresh"/);
  }, 60_000);

  it('finds what is wrong, and exits with 1', async () => {
    const away = await posthorn(['doctor'], { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x', POSTHORN_TYPO: '1' });
    expect(away.code).toBe(1);
    expect(away.out).toMatch(/FAIL\s+database\s+cannot be reached/);
    expect(away.out).toMatch(/warn\s+configuration\s+POSTHORN_TYPO/);
    const wrong = await posthorn(['doctor'], { POSTHORN_ENCRYPTION_KEYS: '' });
    expect(wrong.out).toMatch(/FAIL\s+configuration\s+POSTHORN_ENCRYPTION_KEYS is required/);
  });

  it('says that deliveries go on while the queue is away', async () => {
    const { code, out } = await posthorn(['doctor'], { QUEUE_URL: 'redis://127.0.0.1:1' });
    expect(out).toMatch(/warn\s+queue\s+redis does not answer/);
    expect(code).toBe(0);
  });
});
