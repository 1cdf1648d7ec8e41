import {
  DEFAULT_SHOP_DOMAIN,
  DEFAULT_SHOPIFY_API_VERSION,
  MAX_CONTENT_CHARACTERS,
  MAX_PREFIX_CHARACTERS,
  MAX_SCHEMES,
} from '#endpoints';
import { HMAC_ALGORITHMS, HMAC_ENCODINGS } from '#signing';

const text = (description: string) => ({ type: 'string' as const, description });

const SHOPIFY = {
  shopDomain: { ...text('`X-Shopify-Shop-Domain`.'), default: DEFAULT_SHOP_DOMAIN, example: 'acme.myshopify.com' },
  apiVersion: { ...text('`X-Shopify-API-Version`.'), default: DEFAULT_SHOPIFY_API_VERSION },
};

const HMAC = {
  header: { ...text('The header of the signature; not one that Posthorn sets.'), example: 'X-Acme-Signature' },
  prefix: {
    ...text('Stands before the signature.'),
    maxLength: MAX_PREFIX_CHARACTERS,
    default: '',
    example: 'sha256=',
  },
  algorithm: { type: 'string' as const, enum: [...HMAC_ALGORITHMS], default: 'sha256' },
  encoding: { type: 'string' as const, enum: [...HMAC_ENCODINGS], default: 'hex' },
  content: {
    ...text(
      'What is signed: text with `{id}`, `{timestamp}` (unix seconds) and `{body}`, of which the last is required.',
    ),
    maxLength: MAX_CONTENT_CHARACTERS,
    default: '{body}',
    example: '{timestamp}.{body}',
  },
  timestampHeader: {
    type: 'string' as const,
    nullable: true,
    description: 'A header for the timestamp, beside `webhook-timestamp`, which is always there.',
    default: null,
    example: 'X-Acme-Timestamp',
  },
};

function scheme(names: readonly string[], properties: object, required: readonly string[], description: string) {
  return {
    type: 'object' as const,
    description,
    required: ['scheme', ...required],
    properties: { scheme: { type: 'string' as const, enum: [...names] }, ...properties },
    additionalProperties: false,
  };
}

const PRESETS = ['standard', 'standard-ed25519', 'github', 'stripe', 'slack', 'timestamped'];

function schemes(required: { shopify: readonly string[]; hmac: readonly string[] }) {
  return {
    oneOf: [
      scheme(PRESETS, {}, [], 'A scheme with the headers that its libraries look for.'),
      scheme(['shopify'], SHOPIFY, required.shopify, "Shopify's headers."),
      scheme(['hmac'], HMAC, required.hmac, 'A header of your own: its prefix and the HMAC of its content.'),
    ],
  };
}

/** The list as it is sent: what is left out has its default. */
export const SIGNING_INPUT = {
  type: 'array' as const,
  items: schemes({ shopify: [], hmac: ['header'] }),
  minItems: 1,
  maxItems: MAX_SCHEMES,
};

/** The list as it is shown: nothing is left out. */
export const SIGNING_OUTPUT = {
  type: 'array' as const,
  items: schemes({ shopify: Object.keys(SHOPIFY), hmac: Object.keys(HMAC) }),
};
