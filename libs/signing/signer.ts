import { headersOf, type SigningScheme } from './scheme.js';
import {
  githubWriter,
  hmacWriter,
  type RequestToSign,
  shopifyWriter,
  type SignatureWriter,
  slackWriter,
  standardWriter,
  stripeWriter,
  timestampedWriter,
} from './signature-writers.js';
import type { DatedKey, Ed25519Key, HmacKey } from './signing-key.js';

/** Signs the requests to one endpoint. Made when the endpoint is loaded; what a request needs is then only computed. */
export interface Signer {
  /** The signature headers, flat name, value pairs, by the keys that are live at `nowMs`. */
  sign(request: RequestToSign, body: string, nowMs: number): string[];
  /** Headers without those that the signer writes itself: an event may bring a header of the same name. */
  without(headers: readonly string[]): readonly string[];
}

/** `keys` newest first: where a scheme has one signature only, the newest live key makes it. */
export function compileSigner(schemes: readonly SigningScheme[], keys: readonly DatedKey[]): Signer {
  const hmacKeys = keys.filter((dated): dated is DatedKey<HmacKey> => dated.key.kind === 'hmac');
  const ed25519Keys = keys.filter((dated): dated is DatedKey<Ed25519Key> => dated.key.kind === 'ed25519');
  const has = (name: SigningScheme['scheme']): boolean => schemes.some(({ scheme }) => scheme === name);
  const writers: SignatureWriter[] = [];
  if (has('standard') || has('standard-ed25519')) {
    writers.push(standardWriter(has('standard') ? hmacKeys : [], has('standard-ed25519') ? ed25519Keys : []));
  }
  for (const scheme of schemes) {
    const writer = writerOf(scheme, hmacKeys);
    if (writer !== null) writers.push(writer);
  }
  const foreign = schemes.filter(({ scheme }) => !scheme.startsWith('standard')).flatMap(headersOf);
  return {
    sign(request, body, nowMs) {
      const headers: string[] = [];
      for (const write of writers) write(headers, request, body, nowMs);
      return headers;
    },
    without: foreign.length === 0 ? (headers) => headers : withoutNames(foreign),
  };
}

function writerOf(scheme: SigningScheme, keys: readonly DatedKey<HmacKey>[]): SignatureWriter | null {
  switch (scheme.scheme) {
    // Both in one header, whose writer is made beforehand.
    case 'standard':
    case 'standard-ed25519':
      return null;
    case 'github':
      return githubWriter(keys);
    case 'stripe':
      return stripeWriter(keys);
    case 'slack':
      return slackWriter(keys);
    case 'shopify':
      return shopifyWriter(keys, scheme);
    case 'timestamped':
      return timestampedWriter(keys);
    case 'hmac':
      return hmacWriter(keys, scheme);
  }
}

function withoutNames(names: readonly string[]): Signer['without'] {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  return (headers) => {
    const kept: string[] = [];
    for (let at = 0; at + 1 < headers.length; at += 2) {
      if (!taken.has(headers[at]!.toLowerCase())) kept.push(headers[at]!, headers[at + 1]!);
    }
    return kept;
  };
}
