import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Executor } from '#database';
import { KeyRing } from '#kernel';
import { Resealer, SEALED_COLUMNS } from '#upkeep';
import { ApiClient } from '../../support/api-client.js';
import { certificates } from '../../support/certificates.js';
import { startPlatform, type TestPlatform } from '../../support/platform.js';
import { Receiver, type ReceivedRequest } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';

const { client, clientAuthority, valid } = certificates;

/** The whole way of docs: a new key first on every ring, everything sealed anew while traffic goes on, the old key gone. */
describe('changing the encryption key', () => {
  const [old, fresh] = [
    ['old', randomBytes(32)],
    ['fresh', randomBytes(32)],
  ] as const;
  let platform: TestPlatform;
  let plain: Receiver;
  let secure: Receiver;
  let another: { url: string; close(): Promise<void> } | undefined;
  let tenant: string;
  const secrets: Record<string, string> = {};
  let kept: { key: string; body: object; text: string };

  beforeAll(async () => {
    [plain, secure] = await Promise.all([
      Receiver.start(),
      Receiver.start({ tls: { ...valid, clientCa: clientAuthority.cert } }),
    ]);
    platform = await startPlatform({ queue: 'postgres', env: { POSTHORN_ENCRYPTION_KEYS: ring(fresh, old) } });
    await makeEndpoints();
    // What was there before the new key came.
    const before = new Resealer(platform.db, new KeyRing([old, fresh]));
    for (const column of SEALED_COLUMNS) await before.reseal(column);
  });
  afterAll(async () => {
    await another?.close();
    await platform.close();
    await Promise.all([plain.close(), secure.close()]);
  });

  async function makeEndpoints(): Promise<void> {
    ({ tenant } = await platform.aTenantAt(plain));
    const make = async (name: string, fields: object) => {
      const body = { eventTypes: ['*'], metadata: { name }, ...fields };
      const answer = await platform.api.post(`/v1/tenants/${tenant}/endpoints`, body, {
        headers: { 'idempotency-key': name },
      });
      secrets[name] = String(answer.body['secret']);
      kept = { key: name, body, text: answer.text };
    };
    await make('standard', { url: plain.url, headers: { 'x-api-key': 'hunter2' } });
    await make('bearer', { url: plain.url, auth: { type: 'bearer', token: 'the-token' } });
    const tls = { ca: valid.cert };
    await make('mtls', {
      url: secure.url,
      tls,
      auth: { type: 'mtls', certificate: client.cert, privateKey: client.key },
    });
    await make('pair', { url: plain.url, signing: [{ scheme: 'standard-ed25519' }] });
  }

  it('seals everything anew, also when it is interrupted in the middle and traffic goes on', async () => {
    const ringOfBoth = new KeyRing([fresh, old]);
    const accepted: string[] = [];
    const done = new AbortController();
    const publishing = (async () => {
      while (!done.signal.aborted) accepted.push(await platform.publish(tenant));
    })();
    const interrupted = new Resealer(failingAfter(platform.db, 4), ringOfBoth);
    await expect(resealAll(interrupted)).rejects.toThrow('the machine was turned off');
    const resealer = new Resealer(platform.db, ringOfBoth);
    const left = await Promise.all(SEALED_COLUMNS.map((column) => resealer.countStale(column)));
    expect(left.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    const results = await resealAll(resealer);
    expect(results.map(({ failed }) => failed)).toEqual(SEALED_COLUMNS.map(() => 0));
    done.abort();
    await publishing;
    await waitFor(
      () =>
        expect(accepted.filter((id) => !plain.requests.some(({ headers }) => headers['webhook-id'] === id))).toEqual(
          [],
        ),
      { timeoutMs: 20_000 },
    );
    for (const column of SEALED_COLUMNS) expect(await resealer.countStale(column)).toBe(0);
  }, 60_000);

  it('leaves a platform without the old key everything that it needs', async () => {
    await platform.worker.stop(5_000);
    const ringOfOne = new KeyRing([fresh]);
    platform.anotherWorker(ringOfOne);
    another = await platform.anotherApi(ringOfOne);
    const api = new ApiClient(another.url, platform.adminKey, platform.conformance);
    plain.requests.length = 0;
    secure.requests.length = 0;
    await api.post('/v1/events', { tenant, type: 'after.change', data: { n: 1 } });
    const [requests] = await Promise.all([plain.received(4), secure.received(1)]);
    for (const name of ['standard', 'bearer']) expect(isVerifiedBy(secrets[name]!, requests)).toBe(true);
    expect(isVerifiedBy(secrets['mtls']!, secure.requests)).toBe(true);
    expect(secure.requests.map(({ client: name }) => name)).toEqual(['posthorn-one']);
    expect(requests.some(({ headers }) => headers['x-api-key'] === 'hunter2')).toBe(true);
    expect(requests.some(({ headers }) => headers.authorization === 'Bearer the-token')).toBe(true);
    expect(requests.some(({ headers }) => String(headers['webhook-signature']).startsWith('v1a,'))).toBe(true);

    const { body: shown } = await api.get(`/v1/tenants/${tenant}/endpoints?limit=250`);
    for (const { id, metadata } of shown['data']) {
      const { body } = await api.get(`/v1/tenants/${tenant}/endpoints/${id}/secrets`);
      if (metadata.name) expect(body['data'][0].secret).toBe(secrets[metadata.name]);
      const { body: versions } = await api.get(`/v1/tenants/${tenant}/endpoints/${id}/versions`);
      expect(versions['data']).toHaveLength(1);
    }
    const headers = { 'idempotency-key': kept.key };
    const again = await api.post(`/v1/tenants/${tenant}/endpoints`, kept.body, { headers });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.text).toBe(kept.text);
  }, 60_000);
});

const ring = (...keys: readonly (readonly [id: string, key: Buffer])[]): string =>
  keys.map(([id, key]) => `${id}:${key.toString('base64')}`).join(',');

async function resealAll(resealer: Resealer) {
  const results = [];
  for (const column of SEALED_COLUMNS) results.push(await resealer.reseal(column));
  return results;
}

/** The database until so many values were replaced; then its transaction breaks. */
function failingAfter(db: Database, replacements: number): Database {
  let left = replacements;
  const transaction = (work: (tx: Executor) => Promise<unknown>) =>
    db.transaction((tx) =>
      work({
        query: (sql, values) => {
          if (left-- > 0) return tx.query(sql, values);
          throw new Error('the machine was turned off');
        },
      }),
    );
  return { query: db.query.bind(db), transaction } as unknown as Database;
}

function isVerifiedBy(secret: string, requests: readonly ReceivedRequest[]): boolean {
  return requests.some(({ headers, body }) => {
    try {
      new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  });
}
