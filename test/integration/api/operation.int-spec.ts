import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

type Operation = { operationId: string; security?: unknown[]; responses: Record<string, unknown> };

describe('health', () => {
  it('is live and ready without a key', async () => {
    expect((await t.api.get('/health/live', { key: null })).body).toEqual({ status: 'live' });
    const { body } = await t.api.get('/health/ready', { key: null });
    expect(body).toMatchObject({ status: 'ready', reasons: [] });
  });

  it('is not ready, with the reason, when the database is away or not migrated', async () => {
    const away = await startApi({
      deps: (deps) => {
        const db = Object.create(deps.db) as typeof deps.db;
        db.query = (sql, values) => {
          return sql === 'SELECT 1' ? Promise.reject(new Error('gone')) : deps.db.query(sql, values);
        };
        return { ...deps, db };
      },
    });
    const { body } = await away.api.get('/health/ready', { key: null, expect: 503 });
    expect(body).toMatchObject({ status: 'unavailable', reasons: ['the database cannot be reached'] });
    await away.api.get('/health/live', { key: null, expect: 200 });
    await away.close();
  });

  it('stays ready, and says so, when the queue is in trouble', async () => {
    const lame = await startApi({
      deps: (deps) => {
        const queue = Object.create(deps.queue, { isAvailable: { value: false } }) as typeof deps.queue;
        return { ...deps, queue };
      },
    });
    const { body } = await lame.api.get('/health/ready', { key: null, expect: 200 });
    expect(body).toMatchObject({ status: 'ready', degraded: ['queue'] });
    await lame.close();
  });
});

describe('metrics', () => {
  it('are there without a key, in the words of Prometheus', async () => {
    const { text, headers } = await t.api.get('/metrics', { key: null });
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('posthorn_events_accepted_total');
    expect(text).toContain('posthorn_deliveries_total{outcome="dead"} 0');
  });

  it('are not beside the API when they have a port of their own', async () => {
    const moved = await startApi({ env: { METRICS_PORT: '9' } });
    await moved.api.get('/metrics', { key: null, expect: 404 });
    await moved.close();
  });
});

describe('the OpenAPI document', () => {
  it('is 3.1, with every operation named once, keyed, and its problems told', async () => {
    const { body } = await t.api.get('/openapi.json', { key: null });
    expect(body['openapi']).toBe('3.1.0');
    const operations = Object.entries(body['paths'] as Record<string, Record<string, Operation>>).flatMap(
      ([path, methods]) => Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z][A-Za-z0-9]+$/.test(id))).toBe(true);
    for (const { path, operationId, security, responses } of operations.filter((one) => one.path.startsWith('/v1/'))) {
      const told = { path, security, statuses: Object.keys(responses) };
      expect(told).toEqual({
        path,
        // Whoever signs in brings the key in the body.
        security: operationId === 'signIn' ? [] : [{ apiKey: [] }],
        statuses: expect.arrayContaining(['401', '403', '422']),
      });
    }
  });

  it('describes the webhooks that receivers get', async () => {
    const { body } = await t.api.get('/openapi.json', { key: null });
    const event = body['webhooks'].event.post;
    const headers = event.parameters.map(({ name }: { name: string }) => name);
    expect(headers).toEqual(expect.arrayContaining(['webhook-id', 'webhook-timestamp', 'webhook-signature']));
  });

  it("describes the platform's own events, each with its data", async () => {
    const { body } = await t.api.get('/openapi.json', { key: null });
    const { operationId, requestBody } = body['webhooks']['posthorn.endpoint.disabled'].post;
    expect(operationId).toBe('receiveEndpointDisabled');
    const { type, data } = requestBody.content['application/json'].schema.properties;
    expect(type).toEqual({ type: 'string', enum: ['posthorn.endpoint.disabled'] });
    expect(data.required).toEqual(['endpoint', 'endpointUid', 'reason', 'disabledAt', 'failingSince']);
    expect(data.properties.failingSince).toMatchObject({ type: ['string', 'null'], format: 'date-time' });
  });

  it('holds schemas that are JSON Schema 2020-12, all references leading somewhere', async () => {
    const { body, text } = await t.api.get('/openapi.json', { key: null });
    expect(text).not.toContain('"nullable"');
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', components: body['components'] });
    for (const name of Object.keys(body['components'].schemas)) {
      expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow();
    }
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(body['components'].schemas).toHaveProperty(name!);
    }
  });
});

describe('/docs', () => {
  it('is served from here alone, under a strict policy', async () => {
    const page = await t.api.get('/docs', { key: null });
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self';/);
    expect(page.text).not.toMatch(/https?:\/\/|<script>|javascript:/);
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await t.api.get(`/${path}`, { key: null });
      expect(asset.text.length).toBeGreaterThan(50);
    }
    await t.api.get('/docs/..%2fpackage.json', { key: null, expect: 404 });
  });
});
