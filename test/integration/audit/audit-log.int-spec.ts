import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordChange, SYSTEM } from '#audit';
import { Database, ensurePartitions } from '#database';
import { EndpointSwitch } from '#endpoints';
import { DatabaseClock, newUuid, parseTypeId } from '#kernel';
import { forgetOldAudits } from '#upkeep';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { NoEffects } from '../../support/no-effects.js';
import { aDeadLetter, allPages, openDeliveries, publish } from '../../support/recorded-traffic.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Entry = Record<string, any>;

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
  tenant = await aTenant(t.api);
});
afterAll(() => t.close());

async function entries(query: string): Promise<Entry[]> {
  return (await t.api.get<{ data: Entry[] }>(`/v1/audit-log?${query}`)).body.data;
}

const actionsOn = async (object: string): Promise<string[]> =>
  (await entries(`object=${encodeURIComponent(object)}&order=asc`)).map(({ action }) => action as string);

const latest = async (object: string): Promise<Entry> => (await entries(`object=${encodeURIComponent(object)}`))[0]!;

describe('the audit log', () => {
  it('tells who, by which key and on whose behalf, from where, and with which request', async () => {
    const { id, key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    const endpoint = await anEndpoint(t.api, tenant);
    const { headers } = await t.api.post(tenant.path(`/endpoints/${endpoint.id}/pause`), undefined, {
      key,
      headers: { 'posthorn-actor': Buffer.from('Zoë <zoe@example.com>').toString('latin1') },
    });
    expect(await latest(endpoint.id)).toMatchObject({
      by: 'api_key',
      key: id,
      keyName: expect.stringMatching(/^tenant /),
      session: null,
      role: 'tenant',
      actor: 'Zoë <zoe@example.com>',
      action: 'endpoint.paused',
      object: endpoint.id,
      tenant: tenant.id,
      before: { status: 'enabled' },
      after: { status: 'paused' },
      requestId: headers['x-request-id'],
      remoteAddress: '127.0.0.1',
    });
  });

  it('tells of a session which one it was, beside the key that it was opened with', async () => {
    const { id, key } = await aKey(t.api, 'support');
    const { headers } = await t.api.post('/v1/session', { key }, { key: null });
    const cookie = String(headers['set-cookie']).split(';')[0]!;
    await t.api.post(tenant.path('/pause'), undefined, { key: null, headers: { cookie, 'posthorn-console': '1' } });
    await t.api.post(tenant.path('/resume'));
    expect(await entries(`key=${id}`)).toMatchObject([
      { by: 'browser_session', key: id, session: expect.stringMatching(/^[0-9a-f-]{36}$/), action: 'tenant.paused' },
    ]);
  });

  it('refuses a Posthorn-Actor that is too long, and changes nothing', async () => {
    const headers = { 'posthorn-actor': 'x'.repeat(257) };
    const { body } = await t.api.post('/v1/tenants', { name: 'Nobody', uid: 'not-made' }, { headers, expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: 'Posthorn-Actor', code: 'invalid' }]);
    await t.api.get('/v1/tenants/not-made', { expect: 404 });
  });

  it('knows tenants from beginning to end', async () => {
    const made = await aTenant(t.api, { settings: { maxEndpoints: 5 } });
    const path = made.path('');
    await t.api.patch(path, { name: 'Acme', settings: { maxEndpoints: 6 } });
    expect(await latest(made.id)).toMatchObject({
      before: { settings: { maxEndpoints: 5 } },
      after: { name: 'Acme', settings: { maxEndpoints: 6 } },
    });
    await t.api.put(`/v1/tenants/${made.uid}`, { name: 'Acme Inc.' });
    await t.api.post(`${path}/pause`);
    await t.api.post(`${path}/pause`);
    await t.api.post(`${path}/resume`);
    await t.api.delete(path);
    const expected = ['created', 'updated', 'updated', 'paused', 'resumed', 'deleted'];
    expect(await actionsOn(made.id)).toEqual(expected.map((word) => `tenant.${word}`));
    expect(await entries(`tenant=${made.id}&action=tenant.deleted`)).toHaveLength(1);
  });

  it('knows endpoints and what belongs to them, with secrets and credentials as fingerprints', async () => {
    const headers = { 'x-api-key': 'hunter2', 'x-shop': 'acme' };
    const auth = { type: 'basic', username: 'shop', password: 'hunter4' };
    const endpoint = await anEndpoint(t.api, tenant, { headers, auth });
    expect((await latest(endpoint.id))['after']['auth']).toEqual({
      ...auth,
      password: expect.stringMatching(/^fingerprint:/),
    });
    const path = tenant.path(`/endpoints/${endpoint.id}`);
    await t.api.patch(path, { headers: { 'x-api-key': 'hunter3' }, description: 'new' });
    const changed = await latest(endpoint.id);
    expect(Object.keys(changed['after']).sort()).toEqual(['description', 'headers']);
    const shown = [changed['before'], changed['after']].map((facts: Entry) => facts['headers']);
    expect(shown.map((one: Entry) => one['x-shop'])).toEqual(['acme', 'acme']);
    const prints = shown.map((one: Entry) => String(one['x-api-key']));
    expect(prints).toEqual([expect.stringMatching(/^fingerprint:/), expect.stringMatching(/^fingerprint:/)]);
    expect(prints[0]).not.toBe(prints[1]);

    const { body: rotated } = await t.api.post(`${path}/secrets/rotate`, {});
    expect((await latest(endpoint.id))['after']['secrets']).toMatchObject([{ id: rotated['id'] }, {}]);
    await t.api.delete(`${path}/secrets/${rotated['id']}`);
    for (const command of ['disable', 'disable', 'enable', 'pause', 'resume']) await t.api.post(`${path}/${command}`);
    await t.api.put(path, { url: 'https://elsewhere.example.com/hooks', eventTypes: ['a.*'] });
    await t.api.delete(path);
    expect(await actionsOn(endpoint.id)).toEqual([
      'endpoint.created',
      'endpoint.updated',
      'secret.rotated',
      'secret.revoked',
      'endpoint.disabled',
      'endpoint.enabled',
      'endpoint.paused',
      'endpoint.resumed',
      'endpoint.updated',
      'endpoint.deleted',
    ]);
    const { text } = await t.api.get(`/v1/audit-log?tenant=${tenant.id}&limit=250`);
    for (const secret of ['hunter2', 'hunter3', 'hunter4', String(rotated['secret'])])
      expect(text).not.toContain(secret);
  });

  it('knows subscriptions, event types, keys and the switch of the platform', async () => {
    const endpoint = await anEndpoint(t.api, tenant, { eventTypes: undefined });
    const wanted = { endpoint: endpoint.id, eventTypes: ['a.b'] };
    const { body: subscription } = await t.api.post(tenant.path('/subscriptions'), wanted);
    await t.api.patch(tenant.path(`/subscriptions/${subscription['id']}`), { enabled: false });
    expect(await latest(subscription['id'])).toMatchObject({ before: { enabled: true }, after: { enabled: false } });
    await t.api.delete(tenant.path(`/subscriptions/${subscription['id']}`));
    expect(await actionsOn(subscription['id'])).toEqual(
      ['created', 'updated', 'deleted'].map((word) => `subscription.${word}`),
    );

    await t.api.put('/v1/event-types/audited.type', { description: 'One' });
    await t.api.put('/v1/event-types/audited.type', { description: 'One' });
    await t.api.patch('/v1/event-types/audited.type', { description: 'Two' });
    await t.api.delete('/v1/event-types/audited.type');
    expect(await actionsOn('audited.type')).toEqual(
      ['created', 'updated', 'deleted'].map((word) => `event_type.${word}`),
    );

    const { id, key } = await aKey(t.api, 'publisher', { tenants: [tenant.id] });
    expect((await latest(id))['after']).toMatchObject({ role: 'publisher', tenants: [tenant.id] });
    await t.api.delete(`/v1/api-keys/${id}`);
    expect(await actionsOn(id)).toEqual(['api_key.created', 'api_key.revoked']);
    expect((await t.api.get('/v1/audit-log?limit=250')).text).not.toContain(key);

    await t.api.post('/v1/deliveries/pause');
    await t.api.post('/v1/deliveries/pause');
    await t.api.post('/v1/deliveries/resume');
    const [resumed, paused, ...none] = [
      ...(await entries('action=platform.resumed')),
      ...(await entries('action=platform.paused')),
    ];
    expect([resumed, paused]).toMatchObject([{ object: null, tenant: null }, { before: { pausedAt: null } }]);
    expect(none).toEqual([]);
  });

  it('knows what people did to deliveries, events and dead letters, and why', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own);
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => aDeadLetter(t.api, t.db, own)));
    const reason = 'they fixed it';
    const { body: byDelivery } = await t.api.post(`/v1/deliveries/${first!.delivery}/replay`, { reason });
    expect(await latest(first!.delivery)).toMatchObject({
      action: 'delivery.replayed',
      tenant: own.id,
      before: null,
      after: { delivery: byDelivery['id'], reason },
    });
    await t.api.post(`/v1/deliveries/${first!.delivery}/replay`, { reason }, { expect: 409 });
    const { body: byLetter } = await t.api.post(`/v1/dead-letters/${second!.deadLetter}/replay`);
    expect((await latest(second!.deadLetter))['after']).toEqual({ delivery: byLetter['id'], reason: null });
    await t.api.post(`/v1/deliveries/${byLetter['id']}/cancel`, { reason });
    expect(await latest(byLetter['id'])).toMatchObject({ action: 'delivery.cancelled', after: { reason } });

    await t.api.post(`/v1/dead-letters/${third!.deadLetter}/discard`, { note: 'not wanted' });
    expect(await latest(third!.deadLetter)).toMatchObject({
      action: 'dead_letter.discarded',
      after: { note: 'not wanted' },
    });
    await aDeadLetter(t.api, t.db, own);
    await t.api.post('/v1/dead-letters/discard', { tenant: own.id, note: 'none of them' });
    expect(await entries(`tenant=${own.id}&action=dead_letters.discarded`)).toMatchObject([
      { object: null, after: { tenants: [own.id], note: 'none of them', discarded: 1 } },
    ]);

    const event = await publish(t.api, own);
    await t.api.post(`/v1/events/${event}/cancel`, { reason });
    await t.api.post(`/v1/events/${event}/cancel`, { reason });
    await t.api.delete(`/v1/events/${event}/payload`);
    await t.api.delete(`/v1/events/${event}/payload`);
    expect(await actionsOn(event)).toEqual(['event.cancelled', 'event.erased']);
    expect(await entries(`object=${event}&action=event.cancelled`)).toMatchObject([
      { after: { reason, deliveries: 1 } },
    ]);
    const later = await publish(t.api, own, { deliverAt: new Date(Date.now() + 3_600_000).toISOString() });
    await t.api.post(`/v1/events/${later}/cancel`);
    expect(await latest(later)).toMatchObject({ action: 'event.cancelled', tenant: own.id, after: { deliveries: 0 } });
    expect(await openDeliveries(t.db, event)).toEqual([]);
  });

  it('says that it was the platform, where nobody else did it', async () => {
    const endpoint = await anEndpoint(t.api, tenant);
    const [tenantId, endpointId] = [parseTypeId('ten', tenant.id)!, parseTypeId('ep', endpoint.id)!];
    const since = new Date(Date.now() - 1_000);
    await t.db.query(`UPDATE endpoints SET status_changed_at = $2 WHERE id = $1`, [endpointId, since]);
    await t.db.query(
      `INSERT INTO endpoint_health (endpoint_id, writer, failed, last_failure_at) VALUES ($1, $2, 10, $3)`,
      [endpointId, newUuid(Date.now()), new Date()],
    );
    const endpoints = new EndpointSwitch(t.db, t.deps.keyRing, new NoEffects());
    expect(await endpoints.disableFailing(tenantId, endpointId, since.getTime())).toBe(true);
    expect(await latest(endpoint.id)).toMatchObject({
      by: 'system',
      key: null,
      actor: null,
      action: 'endpoint.disabled',
      after: { status: 'disabled', disabledReason: 'failing' },
    });
    expect((await entries('by=system')).map(({ object }) => object)).toContain(endpoint.id);
  });

  it('has nothing of what was refused or rolled back', async () => {
    const made = await aTenant(t.api, { settings: { maxEndpoints: 1 } });
    await anEndpoint(t.api, made);
    await t.api.post(made.path('/endpoints'), { url: 'https://example.com' }, { expect: 422 });
    await t.api.post('/v1/tenants', { name: 'Twice', uid: made.uid }, { expect: 409 });
    const tenantId = parseTypeId('ten', made.id)!;
    const failed = t.db.transaction(async (tx) => {
      await recordChange(tx, SYSTEM, { action: 'tenant.updated', object: made.id, tenantId, after: { name: 'x' } });
      throw new Error('and then something else went wrong');
    });
    await expect(failed).rejects.toThrow('went wrong');
    expect((await entries(`tenant=${made.id}`)).map(({ action }) => action)).toEqual([
      'endpoint.created',
      'tenant.created',
    ]);
  });

  it('answers page by page, by every filter, and to admin and support only', async () => {
    const own = await aTenant(t.api);
    const { id, key } = await aKey(t.api, 'admin');
    const headers = { 'posthorn-actor': 'jane' };
    for (let n = 0; n < 5; n++) await t.api.patch(own.path(''), { name: `Name ${n}` }, { key, headers });
    const all = await allPages<Entry>(t.api, `/v1/audit-log?tenant=${own.id}&order=asc`);
    expect(all.map(({ after }) => after['name'] as string).slice(1)).toEqual([0, 1, 2, 3, 4].map((n) => `Name ${n}`));
    const filters = [`key=${id}`, `tenant=${own.uid}&actor=jane`, `object=${own.id}&action=tenant.updated&key=${id}`];
    for (const filter of filters) expect(await entries(filter)).toHaveLength(5);
    expect(await entries(`tenant=${own.id}&until=${all[2]!['createdAt']}`)).not.toHaveLength(0);
    expect(await entries(`tenant=${own.id}&since=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    for (const [role, status] of [
      ['support', 200],
      ['publisher', 403],
      ['tenant', 403],
    ] as const) {
      const other = await aKey(t.api, role, role === 'tenant' ? { tenant: own.id } : {});
      await t.api.get('/v1/audit-log', { key: other.key, expect: status });
    }
  });

  it('finds the entries of one tenant, object or key by an index', async () => {
    const plans = await Promise.all(
      ['tenant_id', 'api_key_id', 'on_behalf_of', 'object', 'action'].map((column) => explain(t.db, column)),
    );
    for (const plan of plans) expect(plan).toMatch(/Index (Only )?Scan.* using audit_log_\w+_idx/);
  });

  it('forgets what is older than it is kept', async () => {
    const made = await aTenant(t.api);
    expect(await forgetOldAudits(t.db, Date.now() - 3_600_000)).toBe(0);
    expect(await actionsOn(made.id)).toEqual(['tenant.created']);
    const laterMs = new DatabaseClock().now() + 60_000;
    expect(await forgetOldAudits(t.db, laterMs)).toBeGreaterThan(10);
    expect(await actionsOn(made.id)).toEqual([]);
  });
});

async function explain(db: Database, column: string): Promise<string> {
  return db.transaction(async (tx) => {
    await tx.query(`SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off`);
    const rows = await tx.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM audit_log WHERE ${column} = '00000000-0000-0000-0000-000000000000' ORDER BY id DESC LIMIT 50`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
}
