import { createHmac } from 'node:crypto';
import {
  headersOf,
  type HmacAlgorithm,
  type HmacEncoding,
  type HmacScheme,
  type ShopifyScheme,
  STANDARD_HEADER,
} from './scheme.js';
import { type DatedKey, type Ed25519Key, type HmacKey, isLive } from './signing-key.js';
import { signStandard, signStandardEd25519, standardHead } from './standard-webhooks.js';
import { parseTemplate, type TemplatePart } from './template.js';

/** What signatures say of a request, beside its body. */
export interface RequestToSign {
  /** `evt_…`. */
  readonly eventId: string;
  /** `dlv_…`. */
  readonly deliveryId: string;
  readonly type: string;
  readonly timestampSeconds: number;
}

/** Adds a scheme's headers to those of a request. Without a live key it adds nothing. */
export type SignatureWriter = (headers: string[], request: RequestToSign, body: string, nowMs: number) => void;

type HmacKeys = readonly DatedKey<HmacKey>[];

/** Each live key signs, newest first, and receivers take any signature that they can verify. */
export function standardWriter(hmacKeys: HmacKeys, ed25519Keys: readonly DatedKey<Ed25519Key>[]): SignatureWriter {
  return (headers, { eventId, timestampSeconds }, body, nowMs) => {
    const head = standardHead(eventId, timestampSeconds);
    let signatures = '';
    for (const dated of hmacKeys) {
      if (isLive(dated, nowMs)) signatures = append(signatures, ' ', signStandard(dated.key.standard, head, body));
    }
    for (const dated of ed25519Keys) {
      if (!isLive(dated, nowMs)) continue;
      signatures = append(signatures, ' ', signStandardEd25519(dated.key.privateKey, head, body));
    }
    if (signatures !== '') headers.push(STANDARD_HEADER, signatures);
  };
}

/** GitHub, "Validating webhook deliveries". */
export function githubWriter(keys: HmacKeys): SignatureWriter {
  const [signature, event, delivery] = headersOf({ scheme: 'github' }) as [string, string, string];
  return (headers, { type, deliveryId }, body, nowMs) => {
    const live = newestLive(keys, nowMs);
    if (live === null) return;
    headers.push(signature, `sha256=${hmac(live, '', body, 'hex')}`, event, type, delivery, deliveryId);
  };
}

/** Stripe, "Verify webhook signatures manually": every live key has a `v1`. */
export function stripeWriter(keys: HmacKeys): SignatureWriter {
  const [signature] = headersOf({ scheme: 'stripe' }) as [string];
  return (headers, { timestampSeconds }, body, nowMs) => {
    let signatures = '';
    for (const dated of keys) {
      if (isLive(dated, nowMs)) signatures += `,v1=${hmac(dated.key, `${timestampSeconds}.`, body, 'hex')}`;
    }
    if (signatures !== '') headers.push(signature, `t=${timestampSeconds}${signatures}`);
  };
}

/** Slack, "Verifying requests from Slack". */
export function slackWriter(keys: HmacKeys): SignatureWriter {
  const [signature, timestamp] = headersOf({ scheme: 'slack' }) as [string, string];
  return (headers, { timestampSeconds }, body, nowMs) => {
    const live = newestLive(keys, nowMs);
    if (live === null) return;
    const value = `v0=${hmac(live, `v0:${timestampSeconds}:`, body, 'hex')}`;
    headers.push(signature, value, timestamp, String(timestampSeconds));
  };
}

/** Shopify, "Verify webhook deliveries", with the headers that its library insists on. */
export function shopifyWriter(keys: HmacKeys, scheme: ShopifyScheme): SignatureWriter {
  const [signature, topic, id, domain, version] = headersOf(scheme) as [string, string, string, string, string];
  return (headers, { type, eventId }, body, nowMs) => {
    const live = newestLive(keys, nowMs);
    if (live === null) return;
    headers.push(signature, hmac(live, '', body, 'base64'), topic, type, id, eventId);
    headers.push(domain, scheme.shopDomain, version, scheme.apiVersion);
  };
}

/** What many have at home: hex over `{timestamp}.{body}`, the time beside it. */
export function timestampedWriter(keys: HmacKeys): SignatureWriter {
  const [header, timestampHeader] = headersOf({ scheme: 'timestamped' }) as [string, string];
  return hmacWriter(keys, {
    scheme: 'hmac',
    header,
    prefix: '',
    algorithm: 'sha256',
    encoding: 'hex',
    content: '{timestamp}.{body}',
    timestampHeader,
  });
}

export function hmacWriter(keys: HmacKeys, scheme: HmacScheme): SignatureWriter {
  const { header, prefix, encoding, algorithm, timestampHeader } = scheme;
  const template = parseTemplate(scheme.content);
  const parts = 'parts' in template ? template.parts : [];
  return (headers, request, body, nowMs) => {
    const live = newestLive(keys, nowMs);
    if (live === null) return;
    headers.push(header, prefix + signTemplate(live, algorithm, encoding, parts, request, body));
    if (timestampHeader !== null) headers.push(timestampHeader, String(request.timestampSeconds));
  };
}

function signTemplate(
  key: HmacKey,
  algorithm: HmacAlgorithm,
  encoding: HmacEncoding,
  parts: readonly TemplatePart[],
  { eventId, timestampSeconds }: RequestToSign,
  body: string,
): string {
  const mac = createHmac(algorithm, key.plain);
  for (const part of parts) {
    if ('text' in part) mac.update(part.text);
    else if (part.field === 'body') mac.update(body);
    else mac.update(part.field === 'id' ? eventId : String(timestampSeconds));
  }
  return mac.digest(encoding);
}

function hmac(key: HmacKey, head: string, body: string, encoding: HmacEncoding): string {
  return createHmac('sha256', key.plain).update(head).update(body).digest(encoding);
}

function newestLive(keys: HmacKeys, nowMs: number): HmacKey | null {
  for (const dated of keys) if (isLive(dated, nowMs)) return dated.key;
  return null;
}

function append(list: string, separator: string, item: string): string {
  return list === '' ? item : list + separator + item;
}
