import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OAuth2Client } from '#endpoints';
import { AddressPolicy, type OutboundRequest, parseTarget, Sender } from '#transport';
import { type Behaviour, Receiver } from '../../test/support/receiver.js';
import { TokenServer } from '../../test/support/token-server.js';
import { AuthenticatedSender } from './authenticated-sender.js';
import { IN_TIME } from '../../test/support/in-time.js';

let tokens: TokenServer;
let receiver: Receiver;
let plain: Sender;
let sender: AuthenticatedSender;

beforeEach(async () => {
  tokens = await TokenServer.start();
  receiver = await Receiver.start();
  plain = new Sender({ policy: new AddressPolicy({ allow: ['127.0.0.0/8'], allowHttp: true }) });
  sender = new AuthenticatedSender(plain, 'Posthorn/test');
});

afterEach(async () => {
  await plain.close();
  await Promise.all([tokens.close(), receiver.close()]);
});

function aClient(over: Partial<OAuth2Client> = {}): OAuth2Client {
  return {
    key: 'ep.1',
    tokenTarget: parseTarget(tokens.url),
    clientId: 'us',
    clientSecret: 's3cret',
    scope: null,
    audience: null,
    authentication: 'basic',
    ...over,
  };
}

function aRequest(over: Partial<OutboundRequest> = {}): OutboundRequest {
  return { target: parseTarget(receiver.url), headers: ['webhook-id', 'evt_1'], body: '{}', timeoutMs: 3_000, ...over };
}

const send = (client = aClient(), over: Partial<OutboundRequest> = {}) => sender.send(aRequest(over), client);
const used = () => receiver.requests.map(({ headers }) => headers.authorization);
const inTurn = (count: number) => Array.from({ length: count });

/** Refuses these tokens. */
const refusing =
  (...refused: string[]): Behaviour =>
  (request, response) => {
    const isRefused = refused.includes((request.headers.authorization ?? '').replace('Bearer ', ''));
    response.writeHead(isRefused ? 401 : 200).end();
  };

describe(AuthenticatedSender, () => {
  it('asks nobody for a token where none is wanted', async () => {
    expect(await sender.send(aRequest(), null)).toMatchObject({ statusCode: 200, errorCode: null });
    expect(used()).toEqual([undefined]);
    expect(tokens.requests).toEqual([]);
  });

  it('asks for a token by client credentials, in a header or in the body', async () => {
    await send(aClient({ clientId: 'a:b', clientSecret: 'c d&é', scope: 'hooks:write x', audience: 'https://api' }));
    await send(aClient({ key: 'ep.2', authentication: 'body' }));
    expect(tokens.requests).toEqual([
      {
        form: { grant_type: 'client_credentials', scope: 'hooks:write x', audience: 'https://api' },
        authorization: `Basic ${Buffer.from('a%3Ab:c+d%26%C3%A9').toString('base64')}`,
      },
      { form: { grant_type: 'client_credentials', client_id: 'us', client_secret: 's3cret' }, authorization: null },
    ]);
    expect(tokens.receiver.requests[0]!.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'user-agent': 'Posthorn/test',
    });
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('keeps a token for the requests that follow', async () => {
    for (const _ of inTurn(5)) expect(await send()).toMatchObject({ statusCode: 200 });
    expect(tokens.issued).toBe(1);
  });

  it('fetches one token for many requests at once', async () => {
    const results = await Promise.all(inTurn(50).map(() => send()));
    for (const result of results) expect(result.errorCode).toBeNull();
    expect(tokens.issued).toBe(1);
  });

  it('fetches another one before the token ends', async () => {
    tokens.expiresIn = 0;
    await send();
    await send();
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('keeps a token of unknown life for a while', async () => {
    tokens.expiresIn = null;
    await send();
    await send();
    expect(tokens.issued).toBe(1);
  });

  it('shares no token between endpoints, nor with what an endpoint was before', async () => {
    for (const key of ['ep1.a', 'ep2.a', 'ep1.b']) await send(aClient({ key }));
    expect(new Set(used()).size).toBe(3);
  });

  it('fetches a new token within the attempt when the one at hand is refused', async () => {
    await send();
    receiver.answer(refusing('token-1'));
    expect(await send()).toMatchObject({ statusCode: 200, errorCode: null });
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it('does not try again with a token that was refused fresh, and does not keep it', async () => {
    receiver.answer(401);
    for (const _ of inTurn(2)) expect(await send()).toMatchObject({ statusCode: 401, errorCode: 'status' });
    expect(used()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('replaces a token once, however many requests it was refused for', async () => {
    await send();
    receiver.answer(refusing('token-1'));
    const results = await Promise.all(inTurn(20).map(() => send()));
    for (const result of results) expect(result.statusCode).toBe(200);
    expect(tokens.issued).toBe(2);
  });

  it.each<[string, () => void, string]>([
    [
      'refuses us',
      () => tokens.receiver.answer({ status: 401, body: '{"error":"invalid_client"}' }),
      'answered 401 (invalid_client)',
    ],
    [
      'repeats secrets',
      () => tokens.receiver.answer({ status: 400, body: '{"error":"s3cret","error_description":"s3cret"}' }),
      'answered 400.',
    ],
    ['redirects', () => tokens.receiver.redirectTo('http://127.0.0.1/'), 'answered 302'],
    ['breaks off', () => tokens.receiver.resetBeforeResponse(), 'failed (reset)'],
    ['does not answer', () => tokens.receiver.hang(), 'failed (timeout)'],
    ['has no end', () => tokens.receiver.endlessBody(), 'failed (body_too_large)'],
    [
      'answers at length',
      () => tokens.receiver.answer({ body: `{"access_token":"${'x'.repeat(20_000)}"}` }),
      'is not a JSON object',
    ],
    ['speaks HTML', () => tokens.receiver.answer({ body: '<html>' }), 'is not a JSON object'],
    ['speaks of nothing', () => tokens.receiver.answer({ body: 'null' }), 'is not a JSON object'],
    ['gives no token', () => tokens.receiver.answer({ body: '{"token_type":"bearer"}' }), 'has no access_token'],
    [
      'gives what no header carries',
      () => tokens.receiver.answer({ body: '{"access_token":"a\\r\\nb","token_type":"bearer"}' }),
      'has no access_token',
    ],
    [
      'gives a token of another kind',
      () => tokens.receiver.answer({ body: '{"access_token":"a","token_type":"mac"}' }),
      'token_type Bearer',
    ],
  ])('ends the attempt as auth when the token endpoint %s', async (_what, misbehave, words) => {
    misbehave();
    const result = await send(aClient(), { timeoutMs: 500 });
    expect(result).toMatchObject({ statusCode: null, errorCode: 'auth', remoteAddress: null, responseBody: null });
    expect(result.error).toMatch(/^No access token: .*[^.]\.$/s);
    expect(result.error).toContain(words);
    expect(result.error).not.toContain('s3cret');
    expect(receiver.requests).toHaveLength(0);
  });

  it('holds one deadline for token and request together', IN_TIME, async () => {
    receiver.hang();
    tokens.receiver.answer((_request, response) => {
      setTimeout(() => response.end('{"access_token":"t","token_type":"bearer"}'), 300);
    });
    const result = await send(aClient(), { timeoutMs: 600 });
    expect(result.errorCode).toBe('timeout');
    expect(result.durationMs).toBeGreaterThan(550);
    expect(result.durationMs).toBeLessThan(900);
  });

  it('waits for the fetch of another request no longer than its own time-out', IN_TIME, async () => {
    tokens.receiver.hang();
    const patient = send(aClient(), { timeoutMs: 2_000 });
    const result = await send(aClient(), { timeoutMs: 200 });
    expect(result).toMatchObject({ errorCode: 'auth', error: expect.stringContaining('did not answer in time') });
    expect(result.durationMs).toBeLessThan(1_000);
    await patient;
  });

  it('holds the token endpoint to the guard', async () => {
    const strict = new Sender({ policy: new AddressPolicy({ allowHttp: true }) });
    const result = await new AuthenticatedSender(strict, 'Posthorn/test').send(aRequest(), aClient());
    expect(result).toMatchObject({ errorCode: 'blocked_address', statusCode: null });
    expect(tokens.receiver.connectionCount).toBe(0);
    await strict.close();
  });
});
