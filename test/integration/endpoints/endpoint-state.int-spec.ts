import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '#audit';
import { EndpointSwitch, OpenDeliveryEffects } from '#endpoints';
import { parseTypeId, type Uuid } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { newsOf } from '../../support/operational-events.js';
import { anEndpoint, aTenant, tenantConfigVersion } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

async function setup() {
  const tenant = await aTenant(t.api);
  return { tenant, endpoint: await anEndpoint(t.api, tenant.id) };
}

describe('turning an endpoint', () => {
  it('pauses and resumes, disables and enables, each a version of its own', async () => {
    const { endpoint } = await setup();
    const turn = async (command: string, body?: object) =>
      (await t.api.post(`${endpoint.path}/${command}`, body, { expect: 200 })).body;
    expect(await turn('pause')).toMatchObject({ status: 'paused', disabledReason: null, version: 2 });
    expect(await turn('resume')).toMatchObject({ status: 'enabled', version: 3 });
    expect(await turn('disable')).toMatchObject({ status: 'disabled', disabledReason: 'requested', version: 4 });
    expect(await turn('enable')).toMatchObject({ status: 'enabled', disabledReason: null, version: 5 });
    expect(await turn('disable', { reason: 'moved' })).toMatchObject({ disabledReason: 'moved', version: 6 });
  });

  it('twice is the same as once', async () => {
    const { tenant, endpoint } = await setup();
    await t.api.post(`${endpoint.path}/disable`, { reason: 'first' });
    const before = await tenantConfigVersion(t.db, tenant.id);
    const { body } = await t.api.post(`${endpoint.path}/disable`, { reason: 'second' }, { expect: 200 });
    expect(body).toMatchObject({ status: 'disabled', disabledReason: 'first', version: 2 });
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before);
  });

  it.each([
    ['pause', 'paused', ['pause']],
    ['resume', 'enabled', []],
    ['enable', 'enabled', []],
  ])('to %s what is %s changes nothing', async (command, status, before) => {
    const { tenant, endpoint } = await setup();
    for (const one of before) await t.api.post(`${endpoint.path}/${one}`);
    const { body: asItWas } = await t.api.get(endpoint.path);
    const version = await tenantConfigVersion(t.db, tenant.id);
    const { body } = await t.api.post(`${endpoint.path}/${command}`, {}, { expect: 200 });
    expect(body).toEqual(asItWas);
    expect(body).toMatchObject({ status });
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(version);
  });

  it('answers 409 with what to do instead', async () => {
    const { endpoint } = await setup();
    await t.api.post(`${endpoint.path}/pause`);
    const paused = await t.api.post(`${endpoint.path}/enable`, {}, { expect: 409 });
    expect(paused.body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('resume') });
    await t.api.post(`${endpoint.path}/disable`);
    for (const command of ['pause', 'resume']) {
      const disabled = await t.api.post(`${endpoint.path}/${command}`, {}, { expect: 409 });
      expect(disabled.body['detail']).toContain('enable');
    }
  });

  it('refuses fields that it does not know', async () => {
    const { endpoint } = await setup();
    const { body } = await t.api.post(`${endpoint.path}/pause`, { until: 'tomorrow' }, { expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: '/until', code: 'unknown_field' }]);
    await t.api.post(`${endpoint.path}/disable`, { reason: '' }, { expect: 422 });
    await t.api.post(`${endpoint.path}/disable`, { reason: 'x'.repeat(501) }, { expect: 422 });
  });
});

describe('what an endpoint has missed while it was disabled', () => {
  const publishTo = async (tenant: { id: string }) => {
    const event = { tenant: tenant.id, type: 'order.made', data: {} };
    return (await t.api.post('/v1/events', event, { expect: 202 })).body['id'] as string;
  };
  const subscribed = async () => {
    const tenant = await aTenant(t.api);
    return { tenant, endpoint: await anEndpoint(t.api, tenant.id, { eventTypes: ['*'] }) };
  };
  const turn = async (path: string, command: string) =>
    (await t.api.post(`${path}/${command}`, {}, { expect: 200 })).body;

  it('is not told of one that never was', async () => {
    const { endpoint } = await subscribed();
    expect((await t.api.get(endpoint.path)).body).not.toHaveProperty('missed');
    expect(await turn(endpoint.path, 'pause')).not.toHaveProperty('missed');
  });

  it('is told when it is enabled again, and of the endpoint before and after', async () => {
    const { tenant, endpoint } = await subscribed();
    await publishTo(tenant);
    const disabled = await turn(endpoint.path, 'disable');
    expect(disabled).toMatchObject({ missed: { count: 1, hasMore: false } });
    for (let n = 0; n < 2; n++) await publishTo(tenant);
    const missed = { count: 3, hasMore: false, since: disabled['missed'].since };
    expect((await t.api.get(endpoint.path)).body).toMatchObject({ status: 'disabled', missed });
    expect(await turn(endpoint.path, 'enable')).toMatchObject({ status: 'enabled', missed });
    expect(await turn(endpoint.path, 'enable')).toMatchObject({ missed });
    expect((await t.api.get(endpoint.path)).body).toMatchObject({ missed });
    const list = await t.api.get(endpoint.path.slice(0, endpoint.path.lastIndexOf('/')));
    expect(list.body['data'][0]).not.toHaveProperty('missed');
  });

  it('comes with what to post to have all of it replayed', async () => {
    const { tenant, endpoint } = await subscribed();
    await turn(endpoint.path, 'disable');
    expect(await turn(endpoint.path, 'enable')).toMatchObject({ missed: { count: 0, replay: null } });
    await turn(endpoint.path, 'disable');
    for (let n = 0; n < 2; n++) await publishTo(tenant);
    const { missed } = await turn(endpoint.path, 'enable');
    const { path, body } = (missed as { replay: { path: string; body: object } }).replay;
    const { body: replay } = await t.api.post(path, body, { expect: 201 });
    expect(replay).toMatchObject({ endpoint: endpoint.id, matched: 2, state: 'running' });
  });

  it('is what was cancelled for that, since the last time', async () => {
    const { tenant, endpoint } = await subscribed();
    await turn(endpoint.path, 'disable');
    await publishTo(tenant);
    await turn(endpoint.path, 'enable');
    const cancelled = await t.api.get(`/v1/events/${await publishTo(tenant)}`);
    await t.api.post(`/v1/deliveries/${cancelled.body['deliveries'][0].id}/cancel`);
    expect((await turn(endpoint.path, 'disable'))['missed']).toMatchObject({ count: 0 });
  });

  it('can be replayed, one by one, once it is enabled', async () => {
    const { tenant, endpoint } = await subscribed();
    await publishTo(tenant);
    await turn(endpoint.path, 'disable');
    await publishTo(tenant);
    const path = `/v1/deliveries?endpoint=${endpoint.id}&status=cancelled`;
    const missed = (await t.api.get(path)).body['data'] as { id: string; cancelReason: string }[];
    expect(missed.map(({ cancelReason }) => cancelReason)).toEqual(['endpoint_disabled', 'endpoint_disabled']);
    const refused = await t.api.post(`/v1/deliveries/${missed[0]!.id}/replay`, {}, { expect: 409 });
    expect(refused.body).toMatchObject({ code: 'not_replayable', detail: expect.stringContaining('enable it') });
    await turn(endpoint.path, 'enable');
    for (const { id } of missed) {
      const { body } = await t.api.post(`/v1/deliveries/${id}/replay`, {}, { expect: 201 });
      expect(body).toMatchObject({ replayOf: id, status: 'pending' });
    }
  });

  it('is counted up to a bound', async () => {
    const { tenant, endpoint } = await subscribed();
    await turn(endpoint.path, 'disable');
    const { body } = await t.api.get(`/v1/events/${await publishTo(tenant)}`);
    await t.db.query(
      `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, created_at, completed_at, type, status, cancel_reason)
       SELECT overlay(id::text PLACING to_char(n, 'FM000000000000') FROM 25)::uuid, event_id, tenant_id, endpoint_id, 1, 0,
              created_at, completed_at, type, status, cancel_reason
         FROM deliveries, generate_series(1, 10500) n WHERE id = $1`,
      [parseTypeId('dlv', body['deliveries'][0].id)],
    );
    expect((await t.api.get(endpoint.path)).body['missed']).toMatchObject({ count: 10_000, hasMore: true });
  });
});

describe('the events that the platform publishes', () => {
  it("are nobody else's to publish, and everybody's to subscribe to", async () => {
    const { tenant, endpoint } = await setup();
    const event = { tenant: tenant.id, type: 'posthorn.endpoint.disabled', data: {} };
    const refused = await t.api.post('/v1/events', event, { expect: 422 });
    expect(refused.body['errors']).toMatchObject([{ pointer: '/type', code: 'reserved' }]);
    for (const pattern of ['posthorn.*', 'posthorn.endpoint.disabled']) {
      const subscription = { endpoint: endpoint.id, eventTypes: [pattern] };
      await t.api.post(`/v1/tenants/${tenant.id}/subscriptions`, subscription, { expect: 201 });
    }
  });

  it('tell that an endpoint was disabled, by whom it may be, once', async () => {
    const tenant = await aTenant(t.api);
    const watcher = await anEndpoint(t.api, tenant.id, { eventTypes: ['posthorn.*'] });
    const endpoint = await anEndpoint(t.api, tenant.id, { uid: 'books' });
    for (let n = 0; n < 2; n++) await t.api.post(`${endpoint.path}/disable`, { reason: 'moved' });
    const news = await newsOf(t.db, parseTypeId('ten', tenant.id)!);
    expect(news).toEqual([
      {
        type: 'posthorn.endpoint.disabled',
        subject: endpoint.id,
        data: {
          endpoint: endpoint.id,
          endpointUid: 'books',
          reason: 'moved',
          disabledAt: expect.stringMatching(/Z$/),
          failingSince: null,
        },
      },
    ]);
    expect(watcher.id).not.toBe(endpoint.id);
    const { body } = await t.api.get(`/v1/events?tenant=${tenant.id}&type=posthorn.*`);
    expect(body['data']).toMatchObject([{ type: 'posthorn.endpoint.disabled', source: 'posthorn' }]);
  });
});

describe(EndpointSwitch.name, () => {
  class RecordedEffects extends OpenDeliveryEffects {
    readonly calls: string[] = [];
    async releaseHeld(endpointId: Uuid): Promise<void> {
      this.calls.push(`release ${endpointId}`);
    }
    async reschedule(endpointId: Uuid): Promise<void> {
      this.calls.push(`reschedule ${endpointId}`);
    }
    async cancelOpen(endpointId: Uuid, reason: string): Promise<void> {
      this.calls.push(`cancel ${endpointId} ${reason}`);
    }
  }

  it('sees to open deliveries when, and only when, the state changes', async () => {
    const { tenant, endpoint } = await setup();
    const effects = new RecordedEffects();
    const endpoints = new EndpointSwitch(t.db, t.deps.keyRing, effects);
    const tenantId = parseTypeId('ten', tenant.id)!;
    const id = parseTypeId('ep', endpoint.id)!;
    for (const command of ['pause', 'pause', 'resume', 'resume', 'disable', 'disable', 'enable'] as const) {
      await endpoints.turn(SYSTEM, tenantId, id, command);
    }
    expect(effects.calls).toEqual([`release ${id}`, `cancel ${id} endpoint_disabled`, `release ${id}`]);
  });
});

describe('health', () => {
  it('claims nothing before anything was sent', async () => {
    const { endpoint } = await setup();
    const { body } = await t.api.get(`${endpoint.path}/health`, { expect: 200 });
    expect(body).toMatchObject({
      endpoint: endpoint.id,
      successRate: { value: null },
      latencyMs: { value: null },
      failuresInARow: { value: 0 },
      lastSuccessAt: null,
      lastFailureAt: null,
      circuit: { state: 'closed', since: null, reason: null },
      throttle: null,
    });
  });

  it('adds up what each process has seen; a success anywhere ends the failures before it', async () => {
    const { endpoint } = await setup();
    const id = parseTypeId('ep', endpoint.id);
    const rows = [
      ['worker-1', 10, 5, 5, 1_000, '2026-11-24T10:00:00Z', '2026-11-24T10:05:00Z', 500, 'status'],
      ['worker-2', 3, 2, 2, 1_000, '2026-11-24T10:06:00Z', '2026-11-24T10:10:00Z', null, 'timeout'],
    ];
    for (const row of rows) {
      await t.db.query(
        `INSERT INTO endpoint_health (endpoint_id, writer, succeeded, failed, failures_in_a_row, duration_ms_sum,
           last_success_at, last_failure_at, last_status_code, last_error_code)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [id, ...row],
      );
    }
    const { body } = await t.api.get(`${endpoint.path}/health`);
    expect(body).toMatchObject({
      successRate: { value: 0.65, reason: '13 of 20 attempts succeeded.' },
      latencyMs: { value: 100 },
      failuresInARow: { value: 2, reason: 'The last failure was timeout, at 2026-11-24T10:10:00.000Z.' },
      lastSuccessAt: '2026-11-24T10:06:00.000Z',
      lastFailureAt: '2026-11-24T10:10:00.000Z',
    });
  });

  it('does not exist for a deleted endpoint', async () => {
    const { endpoint } = await setup();
    await t.api.delete(endpoint.path);
    const { body } = await t.api.get(`${endpoint.path}/health`, { expect: 404 });
    expect(body['code']).toBe('not_found');
  });
});
