import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointSwitch, OpenDeliveryEffects } from '#endpoints';
import { parseTypeId, type Uuid } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
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
      await endpoints.turn(tenantId, id, command);
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
