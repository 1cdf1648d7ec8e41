import type { FieldError } from '#kernel';
import { refuseHeader } from '#policy';
import {
  DEFAULT_SIGNING,
  headersOf,
  HMAC_ALGORITHMS,
  HMAC_ENCODINGS,
  type HmacAlgorithm,
  type HmacEncoding,
  type KeyKind,
  parseTemplate,
  SCHEMES,
  type SchemeName,
  type SigningScheme,
} from '#signing';
import { escapePointer } from './refuse.js';

/** One entry of `signing` as its owner writes it. */
export type SigningEntry = Readonly<Record<string, unknown>>;

export const MAX_SCHEMES = 10;
export const MAX_CONTENT_CHARACTERS = 200;
export const MAX_PREFIX_CHARACTERS = 64;

/** What a shop's own receiver does not look at, and Shopify's library insists on. */
export const DEFAULT_SHOP_DOMAIN = 'posthorn.invalid';
export const DEFAULT_SHOPIFY_API_VERSION = '2026-01';

const PREFIX = /^(?:[\x21-\x7e][\x20-\x7e]*)?$/;
const SHOP_DOMAIN = /^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$/;
const SHOPIFY_API_VERSION = /^(?:\d{4}-\d{2}|unstable)$/;

const FIELDS: Readonly<Record<SchemeName, readonly string[]>> = {
  standard: [],
  'standard-ed25519': [],
  github: [],
  stripe: [],
  slack: [],
  shopify: ['shopDomain', 'apiVersion'],
  timestamped: [],
  hmac: ['header', 'prefix', 'algorithm', 'encoding', 'content', 'timestampHeader'],
};

/** The kinds of keys that sign under these schemes, that of the secret which is shown first before the other. */
export function keyKindsOf(schemes: readonly SigningScheme[]): KeyKind[] {
  const hasHmac = schemes.some(({ scheme }) => scheme !== 'standard-ed25519');
  const hasEd25519 = schemes.some(({ scheme }) => scheme === 'standard-ed25519');
  return [...(hasHmac ? ['hmac' as const] : []), ...(hasEd25519 ? ['ed25519' as const] : [])];
}

/**
 * The schemes that an owner's list stands for, with their defaults, or all that is wrong with it. `ownHeaders` are the
 * names of the endpoint's other headers.
 */
export function settleSigning(
  entries: readonly SigningEntry[] | null,
  ownHeaders: readonly string[],
): { signing: readonly SigningScheme[] } | { errors: FieldError[] } {
  if (entries === null) return { signing: DEFAULT_SIGNING };
  const errors = [...checkCount(entries), ...entries.flatMap((entry, index) => checkEntry(entry, `/signing/${index}`))];
  if (errors.length > 0) return { errors };
  const signing = entries.map(settleEntry);
  const clashes = checkHeaders(signing, ownHeaders);
  return clashes.length > 0 ? { errors: clashes } : { signing };
}

function checkCount({ length }: readonly SigningEntry[]): FieldError[] {
  if (length === 0) return [invalid('/signing', 'must name a scheme: nothing is sent unsigned')];
  if (length <= MAX_SCHEMES) return [];
  return [
    { pointer: '/signing', code: 'too_long', message: `has ${length} schemes; at most ${MAX_SCHEMES} are allowed` },
  ];
}

function checkEntry(entry: SigningEntry, pointer: string): FieldError[] {
  const { scheme } = entry;
  if (scheme === undefined) return [{ pointer: `${pointer}/scheme`, code: 'required', message: 'is required' }];
  if (!isScheme(scheme)) {
    return [{ pointer: `${pointer}/scheme`, code: 'not_allowed', message: `must be one of ${SCHEMES.join(', ')}` }];
  }
  const unknown = Object.keys(entry).filter((field) => field !== 'scheme' && !FIELDS[scheme].includes(field));
  const errors = unknown.map((field) => ({
    pointer: `${pointer}/${escapePointer(field)}`,
    code: 'unknown_field',
    message: `is not a field of the scheme ${scheme}`,
  }));
  if (scheme === 'shopify') errors.push(...checkShopify(entry, pointer));
  if (scheme === 'hmac') errors.push(...checkHmac(entry, pointer));
  return errors;
}

function isScheme(scheme: unknown): scheme is SchemeName {
  return (SCHEMES as readonly unknown[]).includes(scheme);
}

function checkShopify({ shopDomain, apiVersion }: SigningEntry, pointer: string): FieldError[] {
  const errors: FieldError[] = [];
  if (shopDomain != null && !matches(shopDomain, SHOP_DOMAIN)) {
    errors.push(invalid(`${pointer}/shopDomain`, 'must be a host name such as acme.myshopify.com'));
  }
  if (apiVersion != null && !matches(apiVersion, SHOPIFY_API_VERSION)) {
    errors.push(invalid(`${pointer}/apiVersion`, `must be a version such as ${DEFAULT_SHOPIFY_API_VERSION}`));
  }
  return errors;
}

function checkHmac(entry: SigningEntry, pointer: string): FieldError[] {
  const { header, prefix, content, timestampHeader } = entry;
  const errors: FieldError[] = [];
  if (header == null) errors.push({ pointer: `${pointer}/header`, code: 'required', message: 'is required' });
  else errors.push(...checkHeaderName(header, `${pointer}/header`));
  if (timestampHeader != null) errors.push(...checkHeaderName(timestampHeader, `${pointer}/timestampHeader`));
  if (prefix != null && !(matches(prefix, PREFIX) && (prefix as string).length <= MAX_PREFIX_CHARACTERS)) {
    const message = `must be at most ${MAX_PREFIX_CHARACTERS} characters of visible ASCII`;
    errors.push(invalid(`${pointer}/prefix`, message));
  }
  errors.push(...checkWord(entry['algorithm'], HMAC_ALGORITHMS, `${pointer}/algorithm`));
  errors.push(...checkWord(entry['encoding'], HMAC_ENCODINGS, `${pointer}/encoding`));
  if (content != null) errors.push(...checkContent(content, `${pointer}/content`));
  return errors;
}

function checkHeaderName(name: unknown, pointer: string): FieldError[] {
  const refusal = typeof name === 'string' ? refuseHeader(name, 'x') : 'must be a string';
  return refusal === null ? [] : [{ pointer, code: 'invalid_header', message: refusal }];
}

function checkWord(word: unknown, words: readonly string[], pointer: string): FieldError[] {
  if (word == null || words.includes(word as string)) return [];
  return [{ pointer, code: 'not_allowed', message: `must be ${words.join(' or ')}` }];
}

function checkContent(content: unknown, pointer: string): FieldError[] {
  if (typeof content !== 'string' || content.length > MAX_CONTENT_CHARACTERS) {
    return [invalid(pointer, `must be text of at most ${MAX_CONTENT_CHARACTERS} characters`)];
  }
  const template = parseTemplate(content);
  return 'parts' in template ? [] : [invalid(pointer, template.refusal)];
}

function settleEntry(entry: SigningEntry): SigningScheme {
  const scheme = entry['scheme'] as SchemeName;
  const text = (field: string, otherwise: string): string => (entry[field] as string | null | undefined) ?? otherwise;
  if (scheme === 'shopify') {
    return {
      scheme,
      shopDomain: text('shopDomain', DEFAULT_SHOP_DOMAIN),
      apiVersion: text('apiVersion', DEFAULT_SHOPIFY_API_VERSION),
    };
  }
  if (scheme !== 'hmac') return { scheme };
  return {
    scheme,
    header: text('header', ''),
    prefix: text('prefix', ''),
    algorithm: text('algorithm', 'sha256') as HmacAlgorithm,
    encoding: text('encoding', 'hex') as HmacEncoding,
    content: text('content', '{body}'),
    timestampHeader: (entry['timestampHeader'] as string | null | undefined) ?? null,
  };
}

/** No header may be written twice: receivers would take one of the two, or both as one. */
function checkHeaders(signing: readonly SigningScheme[], ownHeaders: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const writers = new Map(ownHeaders.map((name) => [name.toLowerCase(), "the endpoint's headers set"]));
  signing.forEach((scheme, index) => {
    const pointer = scheme.scheme === 'hmac' ? `/signing/${index}/header` : `/signing/${index}`;
    const names = writtenNames(scheme);
    const clash = names.find((name, at) => writers.has(name) || names.indexOf(name) < at);
    if (clash !== undefined) {
      const other = writers.get(clash) ?? 'it sets';
      errors.push(invalid(pointer, `would set ${clash}, which ${other} already`));
    }
    for (const name of names) writers.set(name, `the scheme ${scheme.scheme} before it sets`);
  });
  return errors;
}

/** The two kinds of Standard Webhooks' signatures stand in one header, each once. */
function writtenNames(scheme: SigningScheme): string[] {
  if (scheme.scheme.startsWith('standard')) return [scheme.scheme];
  return headersOf(scheme).map((name) => name.toLowerCase());
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function invalid(pointer: string, message: string): FieldError {
  return { pointer, code: 'invalid', message };
}
