import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const required = { DATABASE_URL: 'postgres://u:p@db/posthorn', POSTHORN_ENCRYPTION_KEYS: `k1:${KEY}` };

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-config-'));
  folders.push(folder);
  writeFileSync(join(folder, 'value'), text);
  return join(folder, 'value');
}

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable, reason }) => `${variable} ${reason}`);
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('has a value for everything that is not required', () => {
    const config = loadConfig(required);
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 4400, metricsPort: null, trustedProxies: [] });
    expect(config.delivery.retryScheduleSeconds).toEqual([5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]);
    expect(config.delivery).toMatchObject({ requestTimeoutSeconds: 15, concurrency: 256 });
    expect(config.egress).toMatchObject({ allowHttp: false, allow: [], deny: [], proxy: null });
    expect(config.log.level).toBe('info');
  });

  it('takes the direct connection and the queue from the database unless told otherwise', () => {
    expect(loadConfig(required).queue.url).toBe(required.DATABASE_URL);
    const direct = loadConfig({ ...required, DATABASE_DIRECT_URL: 'postgres://direct/posthorn' });
    expect([direct.database.directUrl, direct.queue.url]).toEqual(Array(2).fill('postgres://direct/posthorn'));
    expect(loadConfig({ ...required, QUEUE_URL: 'redis://h1:1,h2:2' }).queue.url).toBe('redis://h1:1,h2:2');
  });

  it('reads encryption keys, the first one first', () => {
    const other = Buffer.alloc(32, 9).toString('base64');
    const { keys } = loadConfig({ ...required, POSTHORN_ENCRYPTION_KEYS: `new:${other}, old:${KEY}` }).encryption;
    expect(keys.map(([id]) => id)).toEqual(['new', 'old']);
    expect(keys[0]![1]).toEqual(Buffer.alloc(32, 9));
  });

  it('is frozen, all the way down', () => {
    const config = loadConfig(required);
    expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.egress.allow)).toBe(true);
  });

  it.each(['on', 'true', '1', 'YES'])('takes "%s" for yes', (text) => {
    expect(loadConfig({ ...required, POSTHORN_ALLOW_HTTP: text }).egress.allowHttp).toBe(true);
  });

  it('reads any variable from a file', () => {
    const { DATABASE_URL: _, ...rest } = required;
    const config = loadConfig({ ...rest, DATABASE_URL_FILE: fileWith('postgres://from/file\n') });
    expect(config.database.url).toBe('postgres://from/file');
  });

  it('takes an empty value for none', () => {
    expect(loadConfig({ ...required, PORT: '', QUEUE_URL: ' ' }).http.port).toBe(4400);
  });

  it.each([
    ['DATABASE_URL', 'mysql://x'],
    ['QUEUE_URL', 'http://x'],
    ['PORT', '70000'],
    ['PORT', '4e3'],
    ['PORT', '-1'],
    ['METRICS_PORT', 'x'],
    ['POSTHORN_PUBLIC_URL', 'hooks.invalid'],
    ['POSTHORN_TRUST_PROXY', '10.0.0.0/33'],
    ['POSTHORN_TRUST_PROXY', 'yes'],
    ['POSTHORN_ADMIN_KEY', 'short'],
    ['POSTHORN_ENCRYPTION_KEYS', 'k1:abc'],
    ['POSTHORN_ENCRYPTION_KEYS', KEY],
    ['POSTHORN_ENCRYPTION_KEYS', `a:${KEY},a:${KEY}`],
    ['POSTHORN_ALLOW_HTTP', 'maybe'],
    ['POSTHORN_EGRESS_ALLOW', '127.0.0.0/8/8'],
    ['POSTHORN_EGRESS_DENY', 'a b'],
    ['POSTHORN_EGRESS_PROXY', 'socks5://x'],
    ['POSTHORN_RETRY_SCHEDULE', '5,x'],
    ['POSTHORN_RETRY_SCHEDULE', ','],
    ['POSTHORN_REQUEST_TIMEOUT', '61'],
    ['POSTHORN_REQUEST_TIMEOUT', '0'],
    ['POSTHORN_RETENTION_DAYS', '0'],
    ['POSTHORN_WORKER_CONCURRENCY', '1.5'],
    ['POSTHORN_SHUTDOWN_SECONDS', '9999'],
    ['POSTHORN_PORTAL_ORIGINS', 'app.invalid'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s, names it and does not repeat the value', (name, value) => {
    const problems = problemsOf({ ...required, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name} (must|has)`));
    if (value.length > 5) expect(problems[0]).not.toContain(value);
  });

  it('names everything that is wrong at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'loud' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'PORT',
      'POSTHORN_ENCRYPTION_KEYS',
      'LOG_LEVEL',
    ]);
  });

  it('refuses a retry schedule that outlasts retention', () => {
    const [problem] = problemsOf({ ...required, POSTHORN_RETRY_SCHEDULE: '5,86400', POSTHORN_RETENTION_DAYS: '1' });
    expect(problem).toMatch(/^POSTHORN_RETRY_SCHEDULE takes 86405 seconds in all, which must stay below the 1 days/);
  });

  it('refuses a variable that stands beside its own file, and a file that cannot be read', () => {
    const file = fileWith('x');
    const both = problemsOf({ ...required, POSTHORN_ADMIN_KEY: 'a'.repeat(16), POSTHORN_ADMIN_KEY_FILE: file });
    expect(both[0]).toContain('POSTHORN_ADMIN_KEY_FILE stands beside POSTHORN_ADMIN_KEY');
    const missing = problemsOf({ POSTHORN_ENCRYPTION_KEYS: `k1:${KEY}`, DATABASE_URL_FILE: '/nowhere/at/all' });
    expect(missing).toEqual(['DATABASE_URL_FILE cannot be read (ENOENT: /nowhere/at/all)']);
  });

  it('demands only what the process needs', () => {
    const config = loadConfig({}, { requires: [] });
    expect(config.database.url).toBe('');
    expect(config.encryption.keys).toEqual([]);
  });

  it('tells which of our names it does not know', () => {
    const config = loadConfig({ ...required, POSTHORN_RETENTION: '3', OTHER: 'x', POSTHORN_ADMIN_KEY_FILE: '' });
    expect(config.unknownVariables).toEqual(['POSTHORN_RETENTION']);
  });
});
