import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';

/** How the built console is served: whichever files it is made of. */

const PAGE = '<!doctype html><title>Posthorn</title>';

let dir: string;
let t: TestApi;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'posthorn-console-'));
  const root = join(dir, 'console');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), PAGE);
  writeFileSync(join(root, 'favicon.svg'), '<svg/>');
  writeFileSync(join(root, 'assets', 'index-abc.js'), 'start()');
  writeFileSync(join(dir, 'secret.txt'), 'not for anybody');
  t = await startApi({
    env: { POSTHORN_PORTAL_ORIGINS: 'https://shop.example,https://app.example' },
    deps: (deps) => ({ ...deps, consoleDir: root }),
  });
});
afterAll(async () => {
  await t.close();
  rmSync(dir, { recursive: true });
});

interface Served {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
}

/** Sends the target exactly as it is. */
function ask(target: string, { method = 'GET', url = t.url, headers = {} } = {}): Promise<Served> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path: target, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers as Served['headers'], text });
      });
    });
    call.on('error', reject).end();
  });
}

describe('the console', () => {
  it.each(['/console/', '/console/events/evt_1?tab=why', '/portal/', '/portal/endpoints'])(
    'is one page, wherever in it an address leads: %s',
    async (path) => {
      const { status, headers, text } = await ask(path);
      expect([status, text]).toEqual([200, PAGE]);
      expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
      const again = await ask(path, { headers: { 'if-none-match': headers['etag']! } });
      expect(again.status).toBe(304);
    },
  );

  it.each([
    ['/', 'console/'],
    ['/console', 'console/'],
    ['/portal', 'portal/'],
  ])('is where %s leads', async (path, location) => {
    const { status, headers } = await ask(path);
    expect([status, headers['location']]).toEqual([302, location]);
  });

  it('lets files be kept for ever whose name changes with them, and no others', async () => {
    const script = await ask('/console/assets/index-abc.js');
    expect(script).toMatchObject({ status: 200, text: 'start()' });
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toContain('javascript');
    expect((await ask('/portal/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('answers a problem for a script that is not there, not the page', async () => {
    const { status, text } = await ask('/console/assets/index-old.js');
    expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([404, 'route_not_found']);
    expect((await ask('/console/', { method: 'POST' })).status).toBe(405);
  });

  it.each([
    '/console/../secret.txt',
    '/console/..%2fsecret.txt',
    '/console/%2e%2e/secret.txt',
    '/console/assets/..%2f..%2fsecret.txt',
    '/console//etc/passwd',
    '/console/..%5csecret.txt',
    '/console/%00',
  ])('serves nothing but its own files: %s', async (path) => {
    const { status, text } = await ask(path);
    expect(text).not.toContain('not for anybody');
    if (status === 200) expect(text).toBe(PAGE);
    else expect([400, 404]).toContain(status);
  });

  it('needs no key, and opens nothing under /v1', async () => {
    expect((await ask('/console/../v1/tenants')).status).not.toBe(401);
    expect((await ask('/v1/tenants')).status).toBe(401);
    expect((await ask('/v1/console/')).status).toBe(401);
  });
});

describe('pages', () => {
  it('run scripts of their own origin only, and are told no more than needed', async () => {
    for (const path of ['/console/', '/portal/', '/console/assets/index-abc.js']) {
      const { headers } = await ask(path);
      const policy = headers['content-security-policy']!;
      expect(policy).toContain("default-src 'none'; script-src 'self'; ");
      expect(policy).not.toContain('unsafe');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('are framed by nobody, but the portal by the configured origins', async () => {
    const { headers } = await ask('/console/');
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'$/);
    expect(headers['x-frame-options']).toBe('DENY');
    const portal = (await ask('/portal/')).headers;
    expect(portal['content-security-policy']).toMatch(
      /frame-ancestors https:\/\/shop\.example https:\/\/app\.example$/,
    );
    expect(portal['x-frame-options']).toBeUndefined();
  });
});

describe('without the built files', () => {
  it('answers where the console would be with a problem, frames nothing, and works otherwise', async () => {
    const bare = await startApi({
      env: { POSTHORN_PUBLIC_URL: 'https://hooks.example.com' },
      deps: (deps) => ({ ...deps, consoleDir: join(dir, 'nowhere') }),
    });
    try {
      const { status, text } = await ask('/console/', { url: bare.url });
      expect([status, (JSON.parse(text) as { detail: string }).detail]).toEqual([
        404,
        'The console is not built: npm run build.',
      ]);
      await bare.api.get('/v1/tenants');
    } finally {
      await bare.close();
    }
  });
});

describe('over https', () => {
  it('browsers are told to come by https only, and unless it is configured nobody frames the portal', async () => {
    const secure = await startApi({
      env: { POSTHORN_PUBLIC_URL: 'https://hooks.example.com' },
      deps: (deps) => ({ ...deps, consoleDir: join(dir, 'console') }),
    });
    try {
      const { headers } = await ask('/portal/', { url: secure.url });
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'$/);
      expect(headers['x-frame-options']).toBe('DENY');
    } finally {
      await secure.close();
    }
  });
});
