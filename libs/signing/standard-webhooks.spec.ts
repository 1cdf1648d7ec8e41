import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import { decodeSecret, signStandard } from './standard-webhooks.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe(signStandard.name, () => {
  it('gives the signature that the Standard Webhooks repository publishes', () => {
    const signature = signStandard(
      [decodeSecret(SECRET)],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
    );
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('signs once for each live key, in their order', () => {
    const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const body = '{"ü":"é"}';
    expect(signStandard([a, b], 'evt_1', 1764000000, body)).toBe(
      `${signStandard([a], 'evt_1', 1764000000, body)} ${signStandard([b], 'evt_1', 1764000000, body)}`,
    );
  });

  it.each([
    ['standardwebhooks', Webhook],
    ['svix', SvixWebhook],
  ])('is verified by the package %s', (_, Verifier) => {
    const body = '{"amount":12345678901234567890,"ü":"é"}';
    const seconds = Math.floor(Date.now() / 1000);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': signStandard([Buffer.alloc(32, 9), decodeSecret(SECRET)], 'evt_1', seconds, body),
    };
    expect(() => new Verifier(SECRET).verify(body, headers)).not.toThrow();
    expect(() => new Verifier(SECRET).verify(`${body} `, headers)).toThrow();
  });
});
