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
