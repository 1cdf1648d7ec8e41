import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '#database';
import { findScheduledEndpoints, SecretStore } from '#endpoints';
import { DatabaseClock, KeyRing, parseTypeId, uuidFloor } from '#kernel';
import { SecretWatch } from '#upkeep';
import { type TestApi, startApi } from '../../support/api.js';
import { aTenant, type MadeTenant } from '../../support/factories.js';
import { newsOf } from '../../support/operational-events.js';
import { Receiver } from '../../support/receiver.js';

let t: TestApi;
let receiver: Receiver;
let watch: SecretWatch;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi({ env: { POSTHORN_ALLOW_HTTP: 'on', POSTHORN_EGRESS_ALLOW: '127.0.0.0/8' } });
  receiver = await Receiver.start();
  watch = watchOver(t.db);
});
afterAll(async () => {
  await receiver.close();
  await t.close();
});
beforeEach(async () => {
  await t.db.query(`UPDATE endpoints SET deleted_at = clock_timestamp()`);
  tenant = await aTenant(t.api);
});

interface Shown {
  id: string;
  secret: string;
  secretEncoding: string;
  activatesAt: string;
  expiresAt: string | null;
}

interface Made {
  id: string;
  path: string;
  secret: string;
}

const DAY_MS = 86_400_000;

function watchOver(db: Database): SecretWatch {
  const clock = new DatabaseClock();
  return new SecretWatch(db, new SecretStore(db, clock, t.deps.keyRing), clock, t.deps.logger);
}

async function anEndpoint(fields: Record<string, unknown> = {}): Promise<Made> {
  const given = { url: receiver.url, eventTypes: ['posthorn.secret.*'], rotateSecretsEveryDays: 90, ...fields };
  const { body } = await t.api.post(tenant.path('/endpoints'), given, { expect: 201 });
  return { id: String(body['id']), path: tenant.path(`/endpoints/${body['id']}`), secret: String(body['secret']) };
}

/** Newest first. */
const secretsOf = async ({ path }: Made): Promise<Shown[]> =>
  (await t.api.get(`${path}/secrets`)).body['data'] as Shown[];

/** Days go by for all secrets there are. */
const pass = (days: number) =>
  t.db.query(
    `UPDATE endpoint_secrets SET created_at = created_at - make_interval(secs => $1),
            activates_at = activates_at - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)`,
    [days * 86_400],
  );

const daysFromNow = (time: string | null): number => Math.round(((Date.parse(time!) - Date.now()) / DAY_MS) * 10) / 10;

const told = () => newsOf<'posthorn.secret.expiring' | 'posthorn.secret.rotated'>(t.db, parseTypeId('ten', tenant.id)!);
const typesTold = async () => (await told()).map(({ type }) => type.replace('posthorn.secret.', ''));

/** The endpoint is sent a request; answers those of the secrets that verify it. */
async function signedBy({ path }: Made, secrets: readonly Shown[]): Promise<string[]> {
  await t.api.post(`${path}/test`, {}, { expect: 200 });
  const { body, headers } = receiver.requests.at(-1)!;
  return secrets.filter((one) => isVerifiedBy(one.secret, body, headers as Record<string, string>)).map(({ id }) => id);
}

function isVerifiedBy(secret: string, body: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

describe(SecretWatch, () => {
  it('makes the next secret a week ahead, lets both sign for a day, and ends the old one', async () => {
    const endpoint = await anEndpoint();
    await pass(82);
    expect(await watch.rotate()).toBe(0);
    await pass(1);
    expect(await watch.rotate()).toBe(1);
    expect(await watch.rotate()).toBe(0);
    const [next, old] = (await secretsOf(endpoint)) as [Shown, Shown];
    expect(old.secret).toBe(endpoint.secret);
    expect([next.activatesAt, next.expiresAt && 0, old.expiresAt].map((at) => at && daysFromNow(String(at)))).toEqual([
      7,
      null,
      8,
    ]);
    expect(await signedBy(endpoint, [next, old])).toEqual([old.id]);
    await pass(7.01);
    expect(await signedBy(endpoint, [next, old])).toEqual([next.id, old.id]);
    await pass(1);
    expect(await signedBy(endpoint, [next, old])).toEqual([next.id]);
    expect(await secretsOf(endpoint)).toMatchObject([{ id: next.id, expiresAt: null }]);
    expect(await watch.rotate()).toBe(0);
    await pass(82);
    expect(await watch.rotate()).toBe(1);
  });

  it('gives a receiver that takes one signature the new secret before it is the only one', async () => {
    const endpoint = await anEndpoint({
      signing: [{ scheme: 'hmac', header: 'x-signature' }],
      secret: 'mysecret-of-old',
      secretEncoding: 'utf8',
    });
    const sign = (secret: string, body: Buffer) => createHmac('sha256', secret).update(body).digest('hex');
    const isSignedWith = async (secret: string): Promise<boolean> => {
      await t.api.post(`${endpoint.path}/test`, {}, { expect: 200 });
      const { body, headers } = receiver.requests.at(-1)!;
      return headers['x-signature'] === sign(secret, body);
    };
    await pass(83);
    await watch.rotate();
    const [next] = (await secretsOf(endpoint)) as [Shown];
    expect(next).toMatchObject({ secretEncoding: 'whsec', secret: expect.stringMatching(/^whsec_/) });
    expect(await isSignedWith('mysecret-of-old')).toBe(true);
    await pass(7.01);
    expect(await isSignedWith(next.secret)).toBe(true);
  });

  it('rotates the keys of each kind, and shows both public keys as long as both verify', async () => {
    const endpoint = await anEndpoint({ signing: [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }] });
    const keys = async () => (await t.api.get(`/jwks/${endpoint.id}`)).body['keys'] as { kid: string }[];
    expect(await keys()).toHaveLength(1);
    await pass(84);
    expect(await watch.rotate()).toBe(2);
    expect(await secretsOf(endpoint)).toHaveLength(4);
    expect(await keys()).toHaveLength(2);
    await pass(8);
    expect(await keys()).toHaveLength(1);
  });

  it('keeps the grace that the endpoint asks for, and half a notice where the time has passed', async () => {
    const endpoint = await anEndpoint({ rotateSecretsEveryDays: 4, rotationGraceSeconds: 3 * 86_400 });
    await pass(30);
    expect(await watch.rotate()).toBe(1);
    const [next, old] = (await secretsOf(endpoint)) as [Shown, Shown];
    expect([daysFromNow(next.activatesAt), daysFromNow(old.expiresAt)]).toEqual([1, 4]);
  });

  it('makes one and tells each once, however many processes look at the same time', async () => {
    await Promise.all([anEndpoint(), anEndpoint()]);
    await pass(83);
    const others = await Promise.all(
      Array.from({ length: 3 }, () =>
        Database.connect({ url: t.databaseUrl, poolSize: 2, applicationName: 'posthorn-test' }),
      ),
    );
    const watches = [watch, ...others.map(watchOver)];
    const all = async (look: (one: SecretWatch) => Promise<number>): Promise<number> =>
      (await Promise.all(watches.map(look))).reduce((sum, one) => sum + one, 0);
    expect(await all((one) => one.rotate())).toBe(2);
    expect(await all((one) => one.tell())).toBe(2);
    await pass(7.01);
    expect(await all((one) => one.tell())).toBe(4);
    expect(await all((one) => one.tell())).toBe(0);
    expect(await typesTold()).toHaveLength(6);
    await Promise.all(others.map((db) => db.close()));
  });

  it('is on record as the doing of the platform, without what the secrets are', async () => {
    const endpoint = await anEndpoint();
    await pass(83);
    await watch.rotate();
    const { body, text } = await t.api.get(`/v1/audit-log?tenant=${tenant.id}&action=secret.rotated`);
    expect((body['data'] as unknown[])[0]).toMatchObject({ by: 'system', object: endpoint.id });
    for (const { secret } of await secretsOf(endpoint)) expect(text).not.toContain(secret);
    const versions = await t.api.get(`${endpoint.path}/versions`);
    expect((versions.body['data'] as unknown[])[0]).toMatchObject({
      version: 2,
      action: 'secret.rotated',
      by: 'system',
    });
  });

  it('leaves alone what waits already, and goes on from it', async () => {
    const endpoint = await anEndpoint();
    const activatesAt = new Date(Date.now() + 100 * DAY_MS).toISOString();
    await t.api.post(`${endpoint.path}/secrets/rotate`, { activatesAt }, { expect: 201 });
    await pass(95);
    expect(await watch.rotate()).toBe(0);
    await pass(90);
    expect(await watch.rotate()).toBe(1);
    expect(await secretsOf(endpoint)).toHaveLength(2);
  });

  it('waits while there are as many secrets as there may be', async () => {
    const endpoint = await anEndpoint();
    const rotate = () => t.api.post(`${endpoint.path}/secrets/rotate`, { graceSeconds: 30 * 86_400 }, { expect: 201 });
    for (let n = 0; n < 9; n++) await rotate();
    await t.db.query(`UPDATE endpoint_secrets SET activates_at = activates_at - interval '100 days'`);
    expect(await watch.rotate()).toBe(0);
    const oldest = (await secretsOf(endpoint)).at(-1)!;
    await t.api.delete(`${endpoint.path}/secrets/${oldest.id}`);
    expect(await watch.rotate()).toBe(1);
    expect(await secretsOf(endpoint)).toHaveLength(10);
  });

  it('stops when the schedule is taken away; what waits takes over still', async () => {
    const endpoint = await anEndpoint();
    await pass(83);
    await watch.rotate();
    await t.api.patch(endpoint.path, { rotateSecretsEveryDays: null });
    await pass(7.01);
    expect((await secretsOf(endpoint)).map(({ expiresAt }) => expiresAt === null)).toEqual([true, false]);
    await pass(400);
    expect(await watch.rotate()).toBe(0);
  });

  it('makes another when somebody revokes the one that waits, and the old one lives on until then', async () => {
    const endpoint = await anEndpoint();
    await pass(83);
    await watch.rotate();
    await watch.tell();
    const [next] = (await secretsOf(endpoint)) as [Shown];
    await t.api.delete(`${endpoint.path}/secrets/${next.id}`);
    expect(await secretsOf(endpoint)).toMatchObject([{ secret: endpoint.secret, expiresAt: null }]);
    expect(await watch.rotate()).toBe(1);
    await watch.tell();
    // Of another end, which is told of anew.
    expect(await typesTold()).toEqual(['expiring', 'expiring']);
  });

  it('goes on with the other endpoints where a secret of one cannot be opened, and says which', async () => {
    const [lost, other] = [await anEndpoint(), await anEndpoint()];
    const sealed = new KeyRing([['gone', Buffer.alloc(32, 1)]]).seal('x', 'x');
    await t.db.query(`UPDATE endpoint_secrets SET sealed_secret = $2 WHERE endpoint_id = $1`, [
      parseTypeId('ep', lost.id),
      sealed,
    ]);
    await pass(83);
    expect(await watch.rotate()).toBe(1);
    expect(await secretsOf(other)).toHaveLength(2);
    expect(t.logs).toContainEqual(expect.objectContaining({ endpoint: lost.id, level: 'warn' }));
  });

  it('does not so much as lock an endpoint for secrets of a kind that it signs with no more', async () => {
    const endpoint = await anEndpoint({ signing: [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }] });
    await t.api.patch(endpoint.path, { signing: [{ scheme: 'standard' }] });
    await pass(83);
    expect(await watch.rotate()).toBe(1);
    const found = await findScheduledEndpoints(t.db, uuidFloor(0), 10);
    expect(found).toMatchObject([{ kinds: [{ count: 2, hasWaiting: true }] }]);
  });

  it('has nothing to do with endpoints that are deleted, or have no schedule', async () => {
    const [gone] = [await anEndpoint(), await anEndpoint({ rotateSecretsEveryDays: null })];
    await t.api.delete(gone.path);
    await pass(400);
    expect(await watch.rotate()).toBe(0);
    expect(await watch.tell()).toBe(0);
  });
});

describe('what is told of secrets', () => {
  it('is each step of a rotation, once, and never the secret', async () => {
    const endpoint = await anEndpoint({ uid: 'orders' });
    const [old] = (await secretsOf(endpoint)) as [Shown];
    await pass(83);
    await watch.rotate();
    const [next] = (await secretsOf(endpoint)) as [Shown];
    const steps: string[] = [];
    for (let day = 83; day <= 92; day++) {
      await watch.tell();
      const types = await typesTold();
      steps.push(...types.slice(steps.length).map((type) => `${day}: ${type}`));
      await pass(1);
    }
    expect(steps).toEqual(['83: expiring', '89: expiring', '90: rotated', '90: expiring']);
    const about = { endpoint: endpoint.id, endpointUid: 'orders', kind: 'hmac' };
    const news = await told();
    expect(news[0]).toMatchObject({
      subject: old.id,
      data: { ...about, secret: old.id, nextSecret: next.id, replacedAt: expect.any(String) },
    });
    expect(news.find(({ type }) => type.endsWith('rotated'))).toMatchObject({
      subject: next.id,
      data: { ...about, secret: next.id, previousSecret: old.id, previousExpiresAt: expect.any(String) },
    });
    const last = news.filter(({ type }) => type.endsWith('expiring')).at(-1);
    expect(last).toMatchObject({ data: { secret: old.id, replacedAt: null, nextSecret: next.id } });
    const text = JSON.stringify(news);
    for (const { secret } of [old, next]) expect(text).not.toContain(secret.replace('whsec_', ''));
  });

  it('is also told of rotations by hand: once where a day is left, nothing of what has ended', async () => {
    const endpoint = await anEndpoint({ rotateSecretsEveryDays: null });
    await t.api.post(`${endpoint.path}/secrets/rotate`, {}, { expect: 201 });
    expect(await watch.tell()).toBe(2);
    expect(await typesTold()).toEqual(['rotated', 'expiring']);
    await t.api.post(`${endpoint.path}/secrets/rotate`, { graceSeconds: 0 }, { expect: 201 });
    expect(await watch.tell()).toBe(1);
    expect(await watch.tell()).toBe(0);
  });

  it('is told a week and a day before the end, with a long grace, of each secret that ends', async () => {
    const endpoint = await anEndpoint({ rotateSecretsEveryDays: null });
    await t.api.post(`${endpoint.path}/secrets/rotate`, { graceSeconds: 30 * 86_400 }, { expect: 201 });
    await watch.tell();
    expect(await typesTold()).toEqual(['rotated']);
    await pass(23.01);
    await watch.tell();
    await watch.tell();
    await pass(6);
    await watch.tell();
    await watch.tell();
    expect(await typesTold()).toEqual(['rotated', 'expiring', 'expiring']);
  });

  it('is nothing for secrets that are made with their endpoint, or were revoked before they signed', async () => {
    const endpoint = await anEndpoint({ rotateSecretsEveryDays: null });
    const activatesAt = new Date(Date.now() + 30 * DAY_MS).toISOString();
    const { body } = await t.api.post(`${endpoint.path}/secrets/rotate`, { activatesAt }, { expect: 201 });
    await t.api.delete(`${endpoint.path}/secrets/${body['id']}`);
    await pass(31);
    expect(await watch.tell()).toBe(0);
    expect(await told()).toEqual([]);
  });

  it('is published to nobody who has not asked', async () => {
    const endpoint = await anEndpoint({ eventTypes: ['*'] });
    await t.api.post(`${endpoint.path}/secrets/rotate`, {}, { expect: 201 });
    await watch.tell();
    expect(await told()).toEqual([]);
  });
});

describe('the schedule of an endpoint', () => {
  it('leaves room for the next secret: a grace that does not is refused, whichever of the two is changed', async () => {
    const day = { rotateSecretsEveryDays: 1, rotationGraceSeconds: 8 * 86_400 };
    const endpoint = await anEndpoint(day);
    const wrong = { errors: [{ pointer: '/rotationGraceSeconds', code: 'out_of_range' }] };
    const refused = await t.api.patch(endpoint.path, { rotationGraceSeconds: 2_592_000 }, { expect: 422 });
    expect(refused.body).toMatchObject(wrong);
    await t.api.patch(endpoint.path, { rotateSecretsEveryDays: 4, rotationGraceSeconds: 2_592_000 }, { expect: 200 });
    expect((await t.api.patch(endpoint.path, { rotateSecretsEveryDays: 3 }, { expect: 422 })).body).toMatchObject(
      wrong,
    );
    await t.api.patch(endpoint.path, { rotateSecretsEveryDays: null }, { expect: 200 });
  });

  it.each([0, 366, 1.5, '90', true])('is refused as %s', async (rotateSecretsEveryDays) => {
    const given = { url: receiver.url, rotateSecretsEveryDays };
    const { body } = await t.api.post(tenant.path('/endpoints'), given, { expect: 422 });
    expect(body).toMatchObject({ errors: [{ pointer: '/rotateSecretsEveryDays' }] });
  });

  it('is a setting like others: shown, patched, kept by versions and restored', async () => {
    const endpoint = await anEndpoint({ rotateSecretsEveryDays: 30, rotationGraceSeconds: 60 });
    const shown = async () => (await t.api.get(endpoint.path)).body;
    expect(await shown()).toMatchObject({ rotateSecretsEveryDays: 30, rotationGraceSeconds: 60 });
    await t.api.patch(endpoint.path, { rotateSecretsEveryDays: 7, rotationGraceSeconds: null });
    expect(await shown()).toMatchObject({ rotateSecretsEveryDays: 7, rotationGraceSeconds: null });
    await t.api.post(`${endpoint.path}/versions/1/restore`, {}, { expect: 200 });
    expect(await shown()).toMatchObject({ rotateSecretsEveryDays: 30, rotationGraceSeconds: 60 });
    await t.api.put(endpoint.path, { url: receiver.url });
    expect(await shown()).toMatchObject({ rotateSecretsEveryDays: null, rotationGraceSeconds: null });
  });
});
