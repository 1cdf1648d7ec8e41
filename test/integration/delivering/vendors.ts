import { verify as verifyGithub } from '@octokit/webhooks-methods';
import { shopifyApi, ApiVersion } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { createHmac, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createRequire } from 'node:module';
import { Webhook } from 'standardwebhooks';
import { Stripe } from 'stripe';
import { Webhook as SvixWebhook } from 'svix';

/** What a receiver has in hand. */
export interface Signed {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Whether a receiver with this secret takes the request for genuine. */
export type Verifier = (request: Signed, secret: string) => boolean | Promise<boolean>;

/** Bolt's own verifier, which its package does not export by name. */
const { isValidSlackRequest } = createRequire(import.meta.url)('@slack/bolt/dist/receivers/verify-request.js') as {
  isValidSlackRequest: (options: { signingSecret: string; body: string; headers: object }) => boolean;
};

const holds = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

export const standardwebhooks: Verifier = ({ headers, body }, secret) =>
  holds(() => new Webhook(secret).verify(body, headers));

export const svix: Verifier = ({ headers, body }, secret) => holds(() => new SvixWebhook(secret).verify(body, headers));

export const octokit: Verifier = ({ headers, body }, secret) =>
  verifyGithub(secret, body, headers['x-hub-signature-256'] ?? 'sha256=00');

export const stripe: Verifier = ({ headers, body }, secret) =>
  holds(() => new Stripe('sk_test_none').webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret));

export const bolt: Verifier = ({ headers, body }, secret) =>
  isValidSlackRequest({
    signingSecret: secret,
    body,
    headers: {
      'x-slack-signature': headers['x-slack-signature'],
      'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
    },
  });

export const shopify: Verifier = async ({ headers, body }, secret) => {
  const api = shopifyApi({
    apiKey: 'key',
    apiSecretKey: secret,
    apiVersion: ApiVersion.January26,
    hostName: 'shop.example',
    isEmbeddedApp: false,
    logger: { log: () => {} },
  });
  const result = await api.webhooks.validate({
    rawBody: body,
    rawRequest: { headers, method: 'POST', url: '/hooks' },
    rawResponse: {},
  });
  return result.valid;
};

/** As a home-grown receiver has it, for a signature of the content in a header. */
export function homeGrown(
  header: string,
  content: (request: Signed) => string,
  {
    algorithm = 'sha256',
    encoding = 'hex',
    prefix = '',
  }: { algorithm?: string; encoding?: 'hex' | 'base64'; prefix?: string } = {},
): Verifier {
  return (request, secret) =>
    request.headers[header] === prefix + createHmac(algorithm, secret).update(content(request)).digest(encoding);
}

/** Standard Webhooks' asymmetric signature, by Node's own cryptography and the public key alone. */
export const ed25519: Verifier = ({ headers, body }, publicKey) => {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) => verifySignature(null, content, key, Buffer.from(signature.slice(4), 'base64')));
};
