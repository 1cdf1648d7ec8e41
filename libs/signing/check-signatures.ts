import { verifyEd25519 } from './ed25519.js';
import { headersOf, SCHEMES, type SigningScheme, STANDARD_HEADER } from './scheme.js';
import { compileSigner } from './signer.js';
import type { RequestToSign } from './signature-writers.js';
import { isLive, kindOf, type DatedKey, type Ed25519Key, type HmacKey } from './signing-key.js';
import { standardHead } from './standard-webhooks.js';

/** A request as its receiver has it, and what it should be signed with. */
export interface SignatureCheckInput {
  /** In any case of their names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly schemes: readonly SigningScheme[];
  /** Those that have ended, too: that is worth knowing. */
  readonly secrets: readonly CheckedSecret[];
  /** The body as it was sent; null when nobody knows. */
  readonly sentBody: string | null;
  readonly nowMs: number;
  readonly toleranceSeconds: number;
}

/** What a signature is checked with: of a key pair its public key is enough. */
export type CheckedKey = HmacKey | Pick<Ed25519Key, 'kind' | 'publicKey'>;

export interface CheckedSecret extends DatedKey<CheckedKey> {
  readonly id: string;
}

export const CHECK_CODES = [
  'verified',
  'header_missing',
  'other_scheme',
  'timestamp_missing',
  'timestamp_outside_tolerance',
  'secret_not_live',
  'secret_misread',
  'body_changed',
  'wrong_secret',
  'no_match',
] as const;
export type CheckCode = (typeof CHECK_CODES)[number];

export interface SchemeCheck {
  readonly scheme: SigningScheme['scheme'];
  readonly header: string;
  readonly code: CheckCode;
  /** The same in words. */
  readonly message: string;
  /** Which secret made the signature; null when none that is known did. */
  readonly secretId: string | null;
  /** The time that was signed, in unix seconds; null where none is. */
  readonly timestampSeconds: number | null;
}

/** Says of each scheme whether its signature holds, and if not, which part does not match. Pure; tells no secret. */
export function checkSignatures(input: SignatureCheckInput): SchemeCheck[] {
  const headers = new Map(Object.entries(input.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
  return input.schemes.map((scheme) => checkScheme(scheme, headers, input));
}

type Headers = ReadonlyMap<string, string>;

function checkScheme(scheme: SigningScheme, headers: Headers, input: SignatureCheckInput): SchemeCheck {
  const header = headersOf(scheme)[0]!;
  const value = headers.get(header.toLowerCase());
  const timestampSeconds = timestampOf(scheme, headers);
  const say = (code: CheckCode, message: string, secretId: string | null = null): SchemeCheck => ({
    scheme: scheme.scheme,
    header,
    code,
    message,
    secretId,
    timestampSeconds,
  });
  if (value === undefined) return say(...tellMissing(header, headers));
  if (timestampSeconds === null && isTimed(scheme)) {
    return say('timestamp_missing', 'The time that was signed is not there, or is no number of unix seconds.');
  }
  const secrets = input.secrets.filter(({ key }) => key.kind === kindOfScheme(scheme));
  const signedBy = (body: string, read: (key: CheckedKey) => CheckedKey = (key) => key): CheckedSecret | undefined =>
    secrets.find(({ key }) => isSignedBy(scheme, read(key), headers, timestampSeconds ?? 0, body));

  const secret = signedBy(input.body);
  if (secret) return say(...judgeMatch(scheme, secret, timestampSeconds, input), secret.id);

  const misread = signedBy(input.body, readOtherwise);
  if (misread) return say('secret_misread', MISREAD, misread.id);

  const { sentBody } = input;
  const sender = sentBody === null || sentBody === input.body ? undefined : signedBy(sentBody);
  if (sender) return say('body_changed', tellDifference(sentBody!, input.body), sender.id);

  for (const [what, body] of likelyOriginals(input.body)) {
    const original = signedBy(body);
    if (original) return say('body_changed', `The signature holds for the body ${what}.`, original.id);
  }
  const other = otherScheme(scheme, headers, input, timestampSeconds);
  if (other !== null) return say('other_scheme', `The value in ${header} was made as the scheme ${other} makes it.`);
  if (sentBody === input.body) {
    return say(
      'wrong_secret',
      'The body is the one that was sent; the signature was made with a secret that is not known.',
    );
  }
  return say(
    'no_match',
    'The signature was made with another secret, for another body, id or time, or in another way.',
  );
}

function tellMissing(header: string, headers: Headers): [CheckCode, string] {
  const present = PRESETS.find((scheme) => headers.has(headersOf(scheme)[0]!.toLowerCase()));
  if (present === undefined) return ['header_missing', `The request has no ${header}.`];
  return ['other_scheme', `The request has no ${header}; it has that of the scheme ${present.scheme}.`];
}

function judgeMatch(
  scheme: SigningScheme,
  secret: CheckedSecret,
  timestampSeconds: number | null,
  { nowMs, toleranceSeconds }: SignatureCheckInput,
): [CheckCode, string] {
  const signedAtMs = isTimed(scheme) ? timestampSeconds! * 1000 : nowMs;
  if (isTimed(scheme)) {
    const ageSeconds = Math.round(nowMs / 1000 - timestampSeconds!);
    if (Math.abs(ageSeconds) > toleranceSeconds) {
      const distance = ageSeconds > 0 ? `${ageSeconds} seconds ago` : `${-ageSeconds} seconds ahead`;
      return [
        'timestamp_outside_tolerance',
        `The signature holds, but was made ${distance}; ${toleranceSeconds} are tolerated.`,
      ];
    }
  }
  // The second that was signed may have begun before the secret did.
  if (isLive(secret, signedAtMs) || isLive(secret, signedAtMs + 999)) return ['verified', 'The signature holds.'];
  return ['secret_not_live', 'The signature holds, but was made with a secret that was not live at that time.'];
}

/** Whether the header is what this key alone would make of it, or has that among several. */
function isSignedBy(
  scheme: SigningScheme,
  key: CheckedKey,
  headers: Headers,
  timestampSeconds: number,
  body: string,
): boolean {
  if (key.kind === 'ed25519') {
    const signatures = headers
      .get(STANDARD_HEADER)!
      .split(' ')
      .filter((one) => one.startsWith('v1a,'));
    const content = standardHead(headers.get('webhook-id') ?? '', timestampSeconds) + body;
    return signatures.some((one) => verifyEd25519(key.publicKey, content, one.slice('v1a,'.length)));
  }
  const [header, made] = compileSigner([scheme], [{ key, activatesAtMs: 0, expiresAtMs: null }]).sign(
    { eventId: headers.get('webhook-id') ?? '', deliveryId: '', type: '', timestampSeconds },
    body,
    0,
  );
  if (header === undefined || made === undefined) return false;
  const value = headers.get(header.toLowerCase())!;
  switch (scheme.scheme) {
    case 'standard':
      return value.split(' ').includes(made);
    case 'stripe':
      return value.split(',').includes(made.split(',')[1]!);
    case 'github':
    case 'slack':
    case 'shopify':
    case 'timestamped':
    case 'hmac':
      return value === made;
    // Its keys are pairs.
    case 'standard-ed25519':
      return false;
  }
}

function kindOfScheme({ scheme }: SigningScheme): CheckedKey['kind'] {
  return kindOf(scheme === 'standard-ed25519' ? 'whsk' : 'whsec');
}

/** Bytes taken for text, or the other way about: what a library of another scheme does. */
function readOtherwise(key: CheckedKey): CheckedKey {
  return key.kind === 'hmac' ? { kind: 'hmac', standard: key.plain, plain: key.standard } : key;
}

const MISREAD =
  'The signature was made with this secret, but read in another way: libraries of Standard Webhooks decode what follows ' +
  '`whsec_`, all others take the secret for text.';

/** Whether the signature says when it was made. */
function isTimed(scheme: SigningScheme): boolean {
  switch (scheme.scheme) {
    case 'github':
    case 'shopify':
      return false;
    case 'hmac':
      return scheme.content.includes('{timestamp}');
    case 'standard':
    case 'standard-ed25519':
    case 'stripe':
    case 'slack':
    case 'timestamped':
      return true;
  }
}

function timestampOf(scheme: SigningScheme, headers: Headers): number | null {
  if (!isTimed(scheme)) return null;
  const text = timestampTextOf(scheme, headers);
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function timestampTextOf(scheme: SigningScheme, headers: Headers): string | undefined {
  switch (scheme.scheme) {
    case 'stripe':
      return /(?:^|,)t=(\d+)/.exec(headers.get('stripe-signature') ?? '')?.[1];
    case 'slack':
    case 'timestamped':
      return headers.get(headersOf(scheme)[1]!.toLowerCase());
    case 'hmac':
      return headers.get(scheme.timestampHeader?.toLowerCase() ?? 'webhook-timestamp');
    case 'standard':
    case 'standard-ed25519':
    case 'github':
    case 'shopify':
      return headers.get('webhook-timestamp');
  }
}

/** What receivers do to bodies before they verify them. */
function likelyOriginals(body: string): [what: string, body: string][] {
  const originals: [string, string][] = [
    ['without the spaces around it', body.trim()],
    ['with its line ends as LF', body.replaceAll('\r\n', '\n')],
  ];
  try {
    originals.push(['written again without spaces: it was parsed and printed', JSON.stringify(JSON.parse(body))]);
  } catch {
    // No JSON, so nobody has printed it.
  }
  return originals.filter(([, original]) => original !== body);
}

/** Where two bodies part, without showing them. */
function tellDifference(sent: string, received: string): string {
  let at = 0;
  while (at < sent.length && at < received.length && sent[at] === received[at]) at++;
  const sizes = `${Buffer.byteLength(sent)} bytes were sent and ${Buffer.byteLength(received)} are here`;
  return `The body was changed: it differs from character ${at} on (${sizes}).`;
}

const PRESETS: readonly SigningScheme[] = SCHEMES.filter((name) => name !== 'hmac').map((scheme) =>
  scheme === 'shopify' ? { scheme, shopDomain: '', apiVersion: '' } : { scheme },
);

/** Whether an Ed25519 signature stands anywhere in the value. */
function holdsPairSignature(
  publicKey: Buffer,
  value: string,
  { eventId, timestampSeconds }: RequestToSign,
  body: string,
): boolean {
  const content = standardHead(eventId, timestampSeconds) + body;
  return [...value.matchAll(/[A-Za-z0-9+/]{86}==/g)].some(([one]) => verifyEd25519(publicKey, content, one));
}

/** Another scheme's signature, in the header of this one. */
function otherScheme(
  scheme: SigningScheme,
  headers: Headers,
  { secrets, body }: SignatureCheckInput,
  timestampSeconds: number | null,
): string | null {
  const value = headers.get(headersOf(scheme)[0]!.toLowerCase())!;
  const request = {
    eventId: headers.get('webhook-id') ?? '',
    deliveryId: '',
    type: '',
    timestampSeconds: timestampSeconds ?? Number(headers.get('webhook-timestamp') ?? 0),
  };
  for (const other of PRESETS) {
    if (other.scheme === scheme.scheme) continue;
    for (const { key } of secrets) {
      if (key.kind === 'ed25519') {
        if (other.scheme === 'standard-ed25519' && holdsPairSignature(key.publicKey, value, request, body))
          return other.scheme;
        continue;
      }
      const [, made] = compileSigner([other], [{ key, activatesAtMs: 0, expiresAtMs: null }]).sign(request, body, 0);
      // Past prefixes such as `v0=` and `t=…,v1=`: what is left is the digest.
      const digest = made?.replace(/^.*?([A-Za-z0-9+/]{40,}=*)$/, '$1');
      if (digest !== undefined && value.includes(digest)) return other.scheme;
    }
  }
  return null;
}
