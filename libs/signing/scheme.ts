/** How requests are signed. Several schemes go side by side, each in headers of its own. */
export const SCHEMES = [
  'standard',
  'standard-ed25519',
  'github',
  'stripe',
  'slack',
  'shopify',
  'timestamped',
  'hmac',
] as const;
export type SchemeName = (typeof SCHEMES)[number];

export type SigningScheme = { readonly scheme: Exclude<SchemeName, 'shopify' | 'hmac'> } | ShopifyScheme | HmacScheme;

export interface ShopifyScheme {
  readonly scheme: 'shopify';
  readonly shopDomain: string;
  readonly apiVersion: string;
}

/** A header of one's own: `<header>: <prefix><HMAC of content>`. */
export interface HmacScheme {
  readonly scheme: 'hmac';
  readonly header: string;
  readonly prefix: string;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: HmacEncoding;
  /** What is signed: text with {@link parseTemplate}'s fields. */
  readonly content: string;
  /** Null: the time stands in `webhook-timestamp` only. */
  readonly timestampHeader: string | null;
}

export const HMAC_ALGORITHMS = ['sha256', 'sha512'] as const;
export type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];

export const HMAC_ENCODINGS = ['hex', 'base64'] as const;
export type HmacEncoding = (typeof HMAC_ENCODINGS)[number];

export const DEFAULT_SIGNING: readonly SigningScheme[] = [{ scheme: 'standard' }];

/** Standard Webhooks' two kinds of signature share this header. */
export const STANDARD_HEADER = 'webhook-signature';

const PRESET_HEADERS = {
  standard: [STANDARD_HEADER],
  'standard-ed25519': [STANDARD_HEADER],
  github: ['X-Hub-Signature-256', 'X-GitHub-Event', 'X-GitHub-Delivery'],
  stripe: ['Stripe-Signature'],
  slack: ['X-Slack-Signature', 'X-Slack-Request-Timestamp'],
  shopify: [
    'X-Shopify-Hmac-Sha256',
    'X-Shopify-Topic',
    'X-Shopify-Webhook-Id',
    'X-Shopify-Shop-Domain',
    'X-Shopify-API-Version',
  ],
  timestamped: ['X-Signature', 'X-Timestamp'],
} as const satisfies Record<Exclude<SchemeName, 'hmac'>, readonly string[]>;

/** The headers that a scheme writes, the one with the signature first. */
export function headersOf(scheme: SigningScheme): readonly string[] {
  if (scheme.scheme !== 'hmac') return PRESET_HEADERS[scheme.scheme];
  return scheme.timestampHeader === null ? [scheme.header] : [scheme.header, scheme.timestampHeader];
}
