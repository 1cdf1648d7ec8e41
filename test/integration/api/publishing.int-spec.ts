import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());
beforeEach(async () => {
  tenant = await aTenant(t.api);
});

interface Refusal {
  code: string;
  errors: { pointer: string; code: string }[];
}

const publish = (event: Record<string, unknown>, expected?: number) =>
  t.api.post('/v1/events', { tenant: tenant.id, type: 'a.b', data: 1, ...event }, expected ? { expect: expected } : {});

const pointersOf = ({ errors }: Refusal): string[] => errors.map(({ pointer }) => pointer).sort();

describe('an event for one endpoint', () => {
  it('finds an endpoint that was made a moment ago', async () => {
    await publish({});
    for (let made = 0; made < 10; made++) {
      const uid = `new-${made}`;
      await anEndpoint(t.api, tenant, { uid });
      expect((await publish({ endpoint: uid })).body['deliveryCount']).toBe(1);
    }
  });

  it('is refused when there is no such endpoint, also one that was deleted a moment ago', async () => {
    const { id } = await anEndpoint(t.api, tenant);
    await publish({ endpoint: id });
    await t.api.delete(tenant.path(`/endpoints/${id}`));
    expect((await publish({ endpoint: id }, 422)).body['code']).toBe('unknown_endpoint');
  });

  it('is the same event by the id and by the uid of tenant and endpoint', async () => {
    const { id } = await anEndpoint(t.api, tenant, { uid: 'main' });
    const first = await publish({ uid: 'u-1', endpoint: 'main' }, 202);
    const again = await publish({ uid: 'u-1', endpoint: id, tenant: tenant.uid }, 200);
    expect(again.body).toMatchObject({ id: first.body['id'], duplicate: true });
    const other = await anEndpoint(t.api, tenant);
    expect((await publish({ uid: 'u-1', endpoint: other.id }, 409)).body['code']).toBe('uid_conflict');
  });
});

describe('a tenant', () => {
  it('can be published for as soon as it is made, also after it was asked for in vain', async () => {
    const uid = `late-${tenant.uid}`;
    await publish({ tenant: uid }, 422);
    await t.api.post('/v1/tenants', { uid, name: 'Late' });
    await publish({ tenant: uid }, 202);
  });
});

describe('a bad event', () => {
  it('is told everything that is wrong with it at once', async () => {
    const event = {
      tenant: 5,
      type: 'a..b',
      uid: '',
      subject: 'x'.repeat(257),
      channels: 'x',
      metadata: [],
      expiresAt: 'soon',
      deliverAt: 'later',
      'un/known': 1,
    };
    const { body } = await t.api.post<Refusal>('/v1/events', event, { expect: 422 });
    expect(body.code).toBe('validation_failed');
    expect(pointersOf(body)).toEqual(
      ['channels', 'data', 'deliverAt', 'expiresAt', 'metadata', 'subject', 'tenant', 'type', 'uid', 'un~1known'].map(
        (field) => `/${field}`,
      ),
    );
  });

  it('of a batch is pointed at within the batch, whoever found out', async () => {
    const events = [
      { tenant: tenant.id, type: 'a..b', data: 1 },
      { tenant: 'nobody', type: 'a', data: 1 },
    ];
    const endpointless = { tenant: tenant.id, type: 'a', data: 1, endpoint: 'nobody' };
    const { body } = await t.api.post('/v1/events/batch', { events: [...events, endpointless] });
    const results = body['results'] as { error: Refusal }[];
    expect(results.map(({ error }) => pointersOf(error))).toEqual([
      ['/events/0/type'],
      ['/events/1/tenant'],
      ['/events/2/endpoint'],
    ]);
  });
});

describe('the warning of an unknown event type', () => {
  it('knows what was described a moment ago, and no longer knows what was deleted', async () => {
    const name = `known.${tenant.uid}`;
    const warnings = async (): Promise<string[]> => (await publish({ type: name })).body['warnings'] as string[];
    await t.api.put('/v1/event-types/some.other', { description: 'x' });
    expect(await warnings()).toContain('unknown_event_type');
    await t.api.put(`/v1/event-types/${name}`, { description: 'x' });
    expect(await warnings()).not.toContain('unknown_event_type');
    await t.api.delete(`/v1/event-types/${name}`);
    expect(await warnings()).toContain('unknown_event_type');
  });
});

describe('the data of an event', () => {
  const amount = (type: string) => ({ required: ['amount'], properties: { amount: { type } } });
  const made = async (fields: Record<string, unknown>): Promise<string> => {
    const name = `checked.${tenant.uid}`;
    await t.api.put(`/v1/event-types/${name}`, { description: 'x', ...fields });
    return name;
  };
  const refusalOf = async (event: Record<string, unknown>): Promise<string[]> => {
    const { body } = await t.api.post<Refusal>('/v1/events', { tenant: tenant.id, ...event }, { expect: 422 });
    expect(body.code).toBe('validation_failed');
    return body.errors.map(({ pointer, code }) => `${pointer} ${code}`);
  };

  it('is held against the schema that the event names, or else the newest', async () => {
    const type = await made({ schemas: { '9': amount('string'), '10': amount('number') } });
    expect(await refusalOf({ type, data: { amount: 'x' } })).toEqual(['/data/amount wrong_type']);
    expect(await refusalOf({ type, data: {} })).toEqual(['/data/amount required']);
    expect(await refusalOf({ type, data: { amount: 1 }, schemaVersion: '9' })).toEqual(['/data/amount wrong_type']);
    expect((await publish({ type, data: { amount: 1 } }, 202)).body).not.toHaveProperty(
      'warnings.0',
      'unusable_schema',
    );
    await publish({ type, data: { amount: 'x' }, schemaVersion: '9' }, 202);
  });

  it('is taken as it is, with a warning, when the event names a version that the catalog does not have', async () => {
    const type = await made({ schemas: { '1': false } });
    const { body } = await publish({ type, schemaVersion: '2' }, 202);
    expect(body['warnings']).toEqual(['unknown_schema_version', 'no_subscription']);
  });

  it('of one event of a batch is refused for itself, at its place', async () => {
    const type = await made({ schemas: { '1': amount('number') } });
    const events = [{ amount: 1 }, { amount: 'x' }, { amount: 2 }].map((data) => ({ tenant: tenant.id, type, data }));
    const { body } = await t.api.post('/v1/events/batch', { events });
    const results = body['results'] as { id?: string; error?: Refusal }[];
    expect(results.map(({ error }) => error && pointersOf(error))).toEqual([
      undefined,
      ['/events/1/data/amount'],
      undefined,
    ]);
  });

  it('is held against a schema as it is since a moment ago, and as it was no more', async () => {
    const type = await made({ schemas: { '1': amount('number') } });
    await publish({ type, data: { amount: 1 }, uid: 'u-1' }, 202);
    for (const wanted of ['string', 'number', 'string']) {
      await t.api.patch(`/v1/event-types/${type}`, { schemas: { '1': amount(wanted) } });
      await publish({ type, data: { amount: wanted === 'string' ? 'x' : 1 } }, 202);
      expect(await refusalOf({ type, data: { amount: wanted === 'string' ? 1 : 'x' } })).toHaveLength(1);
    }
    expect((await publish({ type, data: { amount: 1 }, uid: 'u-1' }, 200)).body['duplicate']).toBe(true);
    await t.api.delete(`/v1/event-types/${type}`);
    await publish({ type, data: { amount: 1 } }, 202);
  });

  it('is taken with a warning when a schema from before cannot be used', async () => {
    const type = await made({});
    await t.db.query(`UPDATE event_types SET schemas = $2, version = version + 1 WHERE name = $1`, [
      type,
      { '1': { type: 'decimal' } },
    ]);
    expect((await publish({ type })).body['warnings']).toContain('unusable_schema');
    await t.api.patch(`/v1/event-types/${type}`, { description: 'still changes' }, { expect: 200 });
  });

  it('holds up nobody, however much of it there is to check', async () => {
    const type = await made({
      schemas: { '1': { items: { allOf: Array.from({ length: 900 }, () => ({ minimum: 0 })) } } },
    });
    const events = Array.from({ length: 150 }, () => ({ tenant: tenant.id, type, data: new Array(250).fill(1) }));
    let turns = 0;
    const watch = setInterval(() => (turns += 1), 1);
    const { body } = await t.api.post('/v1/events/batch', { events });
    clearInterval(watch);
    expect((body['results'] as { id?: string }[]).every(({ id }) => id)).toBe(true);
    expect(turns).toBeGreaterThan(10);
  });
});
