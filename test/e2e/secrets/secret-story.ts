import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { certificates } from '../../support/certificates.js';
import { aTenant, type MadeTenant } from '../../support/factories.js';
import { waitFor } from '../../support/wait-for.js';
import type { OverheardClient } from './overheard-client.js';
import { FAILURES, repeatEverything } from './bad-receivers.js';
import { BLOCKED_ADDRESS, type SecretStage, unique } from './secret-stage.js';
import { strayBodies } from './stray-secrets.js';

const { client, otherClient, valid } = certificates;

/**
 * Everything that a secret goes through, once: brought and made, sent to receivers that take it, refuse it and repeat it,
 * rotated, replayed, tested, checked, restored, and put where it does not belong.
 */
export class SecretStory {
  tenant!: MadeTenant;
  endpoints: Record<string, string> = {};
  /** API keys of each role. */
  keys: Record<string, string> = {};
  portal = '';
  explainToken = '';

  constructor(private readonly stage: SecretStage) {}

  get api(): OverheardClient {
    return this.stage.api;
  }

  async play(): Promise<void> {
    await this.peopleCome();
    await this.endpointsAreMade();
    await this.eventsGoOut();
    await this.failedOnesAreReplayed();
    await this.endpointsAreChanged();
    await this.secretsGoWhereTheyDoNotBelong();
    await this.theDatabaseRefuses();
    await this.theProxyRefuses();
    await this.operatorsLookAfterThings();
  }

  private hide<Value extends string | Buffer>(name: string, secret: Value): Value {
    return this.stage.hunt.hide(name, secret);
  }

  /** API keys of every role, a session of a browser and one of a portal. */
  private async peopleCome(): Promise<void> {
    this.tenant = await aTenant(this.api, { settings: { maxEndpoints: 100 } });
    for (const role of ['admin', 'publisher', 'support', 'tenant']) this.keys[role] = await this.apiKey(role, role);
    await this.apiKey('revoked', 'support').then((key) => this.revoke(key));
    const { headers } = await this.api.post('/v1/session', { key: this.keys['support'] }, { key: null });
    const cookie = String(headers['set-cookie']).split(';')[0]!;
    this.hide('session: cookie', cookie.slice(cookie.lastIndexOf('.') + 1));
    await this.api.get('/v1/session', { key: null, headers: { cookie } });
    await this.api.delete('/v1/session', { key: null, headers: { cookie, 'posthorn-console': '1' } });
    const opened = await this.api.post(this.tenant.path('/portal-sessions'), {}, this.once('portal'));
    this.portal = String(opened.body['token']);
    this.hide('session: portal', this.portal.slice(this.portal.lastIndexOf('.') + 1));
    await this.api.get('/v1/session', { key: this.portal });
  }

  private async apiKey(name: string, role: string): Promise<string> {
    const given = { name, role, ...(role === 'tenant' ? { tenant: this.tenant.id } : {}) };
    const { body } = await this.api.post('/v1/api-keys', given, this.once(`key ${name}`));
    const again = await this.api.post('/v1/api-keys', given, this.once(`key ${name}`));
    assert.equal(again.headers['idempotency-replayed'], 'true');
    const key = String(body['key']);
    // What comes behind the part that it is recognised by.
    this.hide(`api key: ${name}`, key.slice(key.indexOf('_', 4) + 1));
    return key;
  }

  private async revoke(key: string): Promise<void> {
    const { body } = await this.api.get('/v1/api-keys?limit=250');
    const { id } = body['data'].find(({ prefix }: { prefix: string }) => key.startsWith(prefix));
    await this.api.delete(`/v1/api-keys/${id}`);
    await this.api.get('/v1/tenants', { key, expect: 401 });
  }

  private once(name: string) {
    return { headers: { 'idempotency-key': name.replaceAll(' ', '-') } };
  }

  private async endpointsAreMade(): Promise<void> {
    await this.thoseThatTakeEverything();
    await this.thoseThatFail();
    const listener = await this.stage.receiver();
    await this.endpoint('news', { url: listener.url, eventTypes: ['posthorn.*'] });
  }

  private async thoseThatTakeEverything(): Promise<void> {
    const { url } = await this.stage.receiver();
    const secure = await this.stage.receiver(true);
    for (const secretEncoding of ['utf8', 'hex', 'base64', 'whsec', 'whsk']) {
      const signing = [{ scheme: secretEncoding === 'whsk' ? 'standard-ed25519' : 'standard' }];
      await this.endpoint(secretEncoding, { url, signing, secretEncoding, secret: this.broughtSecret(secretEncoding) });
    }
    await this.endpoint('made', { url, signing: [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }] });
    await this.endpoint('vendors', { url, signing: ['github', 'stripe', 'slack'].map((scheme) => ({ scheme })) });
    await this.endpoint('basic', { url, auth: { type: 'basic', username: 'us', password: this.secret('basic') } });
    await this.endpoint('header', { url, auth: { type: 'header', name: 'X-Shop', value: this.secret('header') } });
    await this.endpoint('headers', {
      url,
      headers: { 'x-api-key': this.secret('x-api-key'), cookie: this.secret('cookie'), 'x-plain': 'seen' },
    });
    await this.endpoint('oauth2', { url, auth: await this.oauth2('oauth2', 'basic') });
    await this.endpoint('oauth2 body', { url, auth: await this.oauth2('oauth2 body', 'body') });
    this.hidePem('mtls', client.key);
    this.hidePem('tls', otherClient.key);
    const tls = { ca: valid.cert };
    const mtls = { type: 'mtls', certificate: client.cert, privateKey: client.key };
    await this.endpoint('mtls', { url: secure.url, tls, auth: mtls });
    const encrypted = { ...mtls, privateKey: client.encryptedKey, passphrase: this.hide('passphrase', 'opensesame') };
    await this.endpoint('mtls with a passphrase', { url: secure.url, tls, auth: encrypted });
    const own = { ...tls, certificate: otherClient.cert, privateKey: otherClient.key };
    await this.endpoint('own certificate', {
      url: secure.url,
      tls: own,
      auth: { type: 'bearer', token: this.secret('tls bearer') },
    });
  }

  private async thoseThatFail(): Promise<void> {
    for (const [code, misbehave] of Object.entries(FAILURES)) {
      const receiver = await this.stage.receiver();
      misbehave(receiver);
      await this.endpoint(code, { url: receiver.url, ...this.credentials(code) });
    }
    const untrusted = await this.stage.receiver(true);
    const gone = await this.stage.receiver();
    const { url: nowhere } = gone;
    await gone.close();
    await this.endpoint('tls', { url: untrusted.url, ...this.credentials('tls error') });
    await this.endpoint('connect', { url: nowhere, ...this.credentials('connect') });
    await this.endpoint('dns', { url: 'https://posthorn.does-not-exist.example.com/x', ...this.credentials('dns') });
    await this.endpoint('blocked_address', {
      url: `http://${BLOCKED_ADDRESS}:8090/x`,
      ...this.credentials('blocked_address'),
    });
    await this.endpoint('auth', { url: nowhere, auth: await this.oauth2('auth', 'body', false) });
    for (const status of [200, 400]) {
      const parrot = await this.stage.receiver();
      repeatEverything(parrot, status);
      await this.endpoint(`parrot ${status}`, { url: parrot.url, ...this.credentials(`parrot ${status}`) });
      const basic = { type: 'basic', username: 'us', password: this.secret(`basic parrot ${status}`) };
      await this.endpoint(`parrot basic ${status}`, { url: parrot.url, auth: basic });
      const auth = await this.oauth2(`parrot oauth2 ${status}`, 'basic');
      await this.endpoint(`parrot oauth2 ${status}`, { url: parrot.url, auth });
    }
  }

  private async endpoint(name: string, fields: Record<string, unknown>): Promise<void> {
    const given = { eventTypes: ['*'], retrySchedule: [], timeoutSeconds: 2, description: name, ...fields };
    const options = this.once(`endpoint ${name} ${JSON.stringify(fields).length}`);
    const { body } = await this.api.post(this.tenant.path('/endpoints'), given, options);
    await this.api.post(this.tenant.path('/endpoints'), given, options);
    const id = String(body['id']);
    this.endpoints[name] = id;
    const { body: secrets } = await this.api.get(`${this.path(name)}/secrets`);
    for (const { id: secretId, secret } of secrets['data']) {
      if (fields['secret'] === undefined) this.hideSigning(`${name} ${secretId}`, secret);
    }
  }

  private path(name: string): string {
    return this.tenant.path(`/endpoints/${this.endpoints[name]}`);
  }

  private secret(name: string): string {
    return this.hide(name, unique(name.replaceAll(' ', '-')));
  }

  /** Credentials that go out with each request. */
  private credentials(name: string): object {
    return {
      auth: { type: 'bearer', token: this.secret(`bearer ${name}`) },
      headers: { 'x-secret-token': this.secret(`x-secret-token ${name}`) },
    };
  }

  private broughtSecret(encoding: string): string {
    const bytes = randomBytes(32);
    switch (encoding) {
      case 'utf8':
        return this.hide('signing: utf8', unique('utf8'));
      case 'hex':
      case 'base64':
        return this.hide(`signing: ${encoding}`, bytes).toString(encoding);
      case 'whsec':
        return `whsec_${this.hide('signing: whsec', bytes).toString('base64')}`;
      default:
        return `whsk_${this.hide('signing: whsk', this.newSeed()).toString('base64')}`;
    }
  }

  private newSeed(): Buffer {
    const { privateKey } = generateKeyPairSync('ed25519');
    return Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url');
  }

  /** The key that a shown secret stands for. Of a pair only its seed: the rest is public. */
  private hideSigning(name: string, shown: string): void {
    const [prefix, base64] = shown.split('_') as [string, string];
    const bytes = Buffer.from(base64, 'base64');
    this.hide(`signing: ${name}`, prefix === 'whsk' ? bytes.subarray(0, 32) : bytes);
  }

  private hidePem(name: string, pem: string): void {
    this.hide(`key of ${name}`, createPrivateKey(pem).export({ format: 'jwk' }).d!);
    this.hide(`key of ${name}, in PEM`, pem.split('\n')[1]!);
  }

  /** A client whose server gives a new token to each who asks, or repeats what it was asked as an error. */
  private async oauth2(name: string, authentication: 'basic' | 'body', givesTokens = true): Promise<object> {
    const server = await this.stage.receiver();
    let issued = 0;
    server.answer((request, response) => {
      const token = givesTokens
        ? { access_token: this.secret(`access token ${name} ${++issued}`), token_type: 'Bearer' }
        : {};
      const asked = server.requests.at(-1)!.body.toString();
      const answer = JSON.stringify({
        ...token,
        error: asked,
        error_description: `${asked} ${JSON.stringify(request.headers)}`,
      });
      response.writeHead(givesTokens ? 200 : 401, { 'content-type': 'application/json' }).end(answer);
    });
    const clientSecret = this.secret(`client secret ${name}`);
    return { type: 'oauth2', tokenUrl: server.url, clientId: 'us', clientSecret, authentication };
  }

  private async eventsGoOut(): Promise<void> {
    const { publisher } = this.keys;
    await this.api.put('/v1/event-types/order.placed', { description: 'An order.' });
    const data = { card: this.hide('payload', unique('payload')) };
    const event = { tenant: this.tenant.id, type: 'order.placed', subject: 'order/1', data };
    await this.api.post('/v1/events', { ...event, uid: 'once' }, { key: publisher! });
    await this.api.post('/v1/events', { ...event, uid: 'once' }, { key: publisher! });
    await this.api.post('/v1/events/batch', { events: [event, { ...event, type: 'no type' }] }, { key: publisher! });
    await this.allEnded();
    const { body } = await this.api.get(`/v1/events?tenant=${this.tenant.id}&type=order.placed`);
    const link = await this.api.post(`/v1/events/${body['data'][0].id}/explain-links`, {});
    this.explainToken = String(link.body['url']).split('/').at(-1)!;
    this.hide('explain link', this.explainToken);
    await this.api.get(`/explain/${this.explainToken}`, { key: null });
  }

  private async allEnded(): Promise<void> {
    await waitFor(
      async () => {
        const { body } = await this.api.get('/v1/deliveries?status=pending&limit=250');
        assert.deepEqual(body['data'], []);
      },
      { timeoutMs: 30_000, intervalMs: 250 },
    );
  }

  private async failedOnesAreReplayed(): Promise<void> {
    const { body } = await this.api.get('/v1/dead-letters?limit=250');
    const [first, second, ...others] = body['data'] as { id: string; delivery: string }[];
    assert.ok(others.length > 5);
    await this.api.post(`/v1/dead-letters/${first!.id}/replay`, { reason: 'once more' });
    await this.api.post(`/v1/deliveries/${second!.delivery}/replay`, { reason: 'once more' });
    await this.api.post(`/v1/dead-letters/${others[0]!.id}/discard`, { note: 'no use' });
    await this.api.post('/v1/replays', { tenant: this.tenant.id, select: 'failed', note: 'all of them' });
    await this.allEnded();
  }

  private async endpointsAreChanged(): Promise<void> {
    for (const name of Object.keys(this.endpoints)) {
      if (name !== 'timeout' && name !== 'body_too_large')
        await this.api.post(`${this.path(name)}/test`, {}, { expect: 'any' });
    }
    for (const name of ['basic', 'made', 'mtls', 'auth', 'parrot 200'])
      await this.api.post(`${this.path(name)}/check`, {});
    for (const [name, kind] of [
      ['made', 'hmac'],
      ['made', 'ed25519'],
      ['utf8', 'hmac'],
    ] as const) {
      const { body } = await this.api.post(
        `${this.path(name)}/secrets/rotate`,
        { kind },
        this.once(`rotate ${name} ${kind}`),
      );
      await this.api.post(`${this.path(name)}/secrets/rotate`, { kind }, this.once(`rotate ${name} ${kind}`));
      this.hideSigning(`${name} ${body['id']}`, String(body['secret']));
    }
    const { body: secrets } = await this.api.get(`${this.path('utf8')}/secrets`);
    await this.api.delete(`${this.path('utf8')}/secrets/${secrets['data'].at(-1).id}`);
    await this.api.patch(this.path('basic'), { auth: { password: this.secret('basic, changed') } });
    await this.api.patch(this.path('headers'), { headers: { 'x-api-key': this.secret('x-api-key, changed') } });
    for (const name of ['basic', 'headers']) await this.api.post(`${this.path(name)}/versions/1/restore`);
    await this.api.patch(this.path('header'), { auth: { type: 'bearer', token: this.secret('another type') } });
    await this.api.delete(this.path('own certificate'));
  }

  /** What is refused says where the fault is, and never what stood there. */
  private async secretsGoWhereTheyDoNotBelong(): Promise<void> {
    const stray = (place: string): string => this.secret(`stray ${place}`);
    const places = { tenant: this.tenant, basic: this.path('basic'), made: this.path('made') };
    const bodies = strayBodies(places, stray);
    for (const [method, path, body] of bodies) {
      const { status } = await this.api.call(method, path, body, { expect: 'any' });
      assert.ok(status >= 400 && status < 500, `${status} for ${path} ${JSON.stringify(body)}`);
    }
    await this.secretsGoIntoHeadersAndPaths(stray);
  }

  private async secretsGoIntoHeadersAndPaths(stray: (place: string) => string): Promise<void> {
    const { admin } = this.keys;
    for (const authorization of [
      `Basic ${stray('in Basic')}`,
      `Bearer ${stray('with a word')} more`,
      stray('alone'),
      `Bearer ${admin}x`,
      `Bearer ${this.portal}x`,
    ]) {
      await this.api.get('/v1/tenants', { key: null, headers: { authorization }, expect: 401 });
    }
    await this.api.get('/v1/tenants', {
      key: null,
      headers: { cookie: `posthorn_session=${stray('cookie')}` },
      expect: 401,
    });
    // Whoever puts a secret into a path or a query gets it back, and nobody else does.
    for (const path of [
      '/v1/tenants/$',
      '/v1/search?q=$',
      '/v1/events?cursor=$',
      '/v1/nothing/$',
      '/explain/$',
      '/v1/deliveries?key=$',
    ]) {
      const secret = encodeURIComponent(stray(`in the path ${path}`));
      await this.api.as(admin!).get(path.replace('$', secret), { expect: 'any' });
    }
  }

  /** What no validation foresees: the answer is a 500, and the log says why. */
  private async theDatabaseRefuses(): Promise<void> {
    for (const table of ['endpoints', 'api_keys', 'endpoint_secrets']) {
      await this.stage.sql(`ALTER TABLE ${table} ADD CONSTRAINT refuses_all CHECK (false) NOT VALID`);
    }
    const auth = { type: 'bearer', token: this.secret('token that could not be stored') };
    const given = {
      url: 'https://shop.example.com/x',
      auth,
      secret: this.broughtSecretAgain(),
      secretEncoding: 'utf8',
    };
    await this.api.post(this.tenant.path('/endpoints'), given, { expect: 500 });
    await this.api.post(`${this.path('made')}/secrets/rotate`, {}, { expect: 500 });
    await this.api.post('/v1/api-keys', { name: 'x', role: 'support' }, { expect: 500 });
    for (const table of ['endpoints', 'api_keys', 'endpoint_secrets']) {
      await this.stage.sql(`ALTER TABLE ${table} DROP CONSTRAINT refuses_all`);
    }
    await this.stage.sql('ALTER TABLE events RENAME TO events_away');
    await this.api.get(`/explain/${this.explainToken}`, { key: null, expect: 500 });
    this.api.answers.pop();
    await this.api.post(
      '/v1/events',
      {
        tenant: this.tenant.id,
        type: 'a.b',
        data: { card: this.hide('payload that could not be stored', unique('payload')) },
      },
      { expect: 503 },
    );
    await this.stage.sql('ALTER TABLE events_away RENAME TO events');
  }

  private broughtSecretAgain(): string {
    return this.hide('signing: that could not be stored', unique('signing'));
  }

  private async theProxyRefuses(): Promise<void> {
    const password = this.hide('password of the proxy', unique('proxy'));
    const url = `http://us:${encodeURIComponent(password)}@127.0.0.1:${this.stage.proxy.port}`;
    await this.stage.startWorker({ POSTHORN_EGRESS_PROXY: url });
    await this.api.post('/v1/events', { tenant: this.tenant.id, type: 'order.placed', data: 1 });
    await this.allEnded();
    assert.ok(this.stage.proxy.shown.length > 5);
    await this.stage.command(['doctor'], { POSTHORN_EGRESS_PROXY: url });
  }

  private async operatorsLookAfterThings(): Promise<void> {
    await this.stage.command(['migrate', 'status']);
    await this.stage.command(['doctor']);
    const [fresh, old] = this.stage.env['POSTHORN_ENCRYPTION_KEYS']!.split(',');
    await this.stage.command(['keys', 'reencrypt'], { POSTHORN_ENCRYPTION_KEYS: `${old},${fresh}` });
    await this.stage.command(['keys', 'reencrypt']);
    const wrong = this.hide('a wrong setting', unique('wrong'));
    await this.stage.startInVain('api', {
      POSTHORN_ENCRYPTION_KEYS: `id:${wrong}`,
      POSTHORN_EGRESS_PROXY: `socks5://us:${wrong}@proxy`,
      QUEUE_URL: `amqp://us:${wrong}@queue`,
    });
    for (const app of ['api', 'worker'] as const) {
      await this.stage.startInVain(app, { DATABASE_URL: `postgres://us:${wrong}@127.0.0.1:1/posthorn` });
    }
    await this.stage.command(['doctor'], { POSTHORN_ENCRYPTION_KEYS: wrong });
    await this.stage.command(['doctor'], { DATABASE_URL: `postgres://us:${wrong}@127.0.0.1:1/posthorn` });
  }
}
