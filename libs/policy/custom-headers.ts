/** Headers of an owner's own, names in lower case. */
export type CustomHeaders = Readonly<Record<string, string>>;

/** What stands in an answer for a value that may be a credential. Sent back, it means "as it was". */
export const HEADER_MASK = '********';

/** The most that the headers of one endpoint may weigh, names and values: receivers commonly refuse more than 8 KiB in all. */
export const MAX_HEADER_BYTES = 4096;

/** A token of RFC 9110, section 5.6.2. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
/** Visible ASCII with spaces and tabs inside (RFC 9110, section 5.5, without the obsolete upper half). */
const VALUE = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/;

/** Ours to set (contract.md section 4), or of one connection only (RFC 9110, section 7.6.1). */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'date',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const RESERVED_PREFIXES = ['content-', 'posthorn-', 'proxy-', 'webhook-'];

const SECRET_LOOKING = /authorization|cookie|token|secret|key|password|credential|(^|[-_])auth($|[-_])/;

/** Why a header may not be set by its owner, as a sentence about it; null when it may. */
export function refuseHeader(name: string, value: unknown): string | null {
  if (!NAME.test(name)) return "is not a header name: letters, digits and -_.~!#$%&'*+^`| only, at most 128";
  const lower = name.toLowerCase();
  if (RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix))) {
    return 'is set by Posthorn or by the connection and cannot be chosen';
  }
  if (typeof value !== 'string') return 'must be a string';
  if (!VALUE.test(value)) return 'must be visible ASCII, not empty, without spaces around it';
  return null;
}

/** Whether a header of this name is likely to carry a credential, and is therefore write-only. */
export function isSecretHeader(name: string): boolean {
  return SECRET_LOOKING.test(name.toLowerCase());
}

/** The headers as they may be shown. */
export function maskHeaders(headers: CustomHeaders): CustomHeaders {
  return mapValues(headers, (name, value) => (isSecretHeader(name) ? HEADER_MASK : value));
}

/** Puts the values that are kept back in the place of the masks that an owner sent along with what they read. */
export function unmaskHeaders(sent: CustomHeaders, kept: CustomHeaders): CustomHeaders {
  return mapValues(sent, (name, value) => (isMaskOf(name, value, kept) ? kept[name]! : value));
}

/** Whether the value stands for one that is kept. A mask without one behind it is a mistake of the sender's. */
export function isMaskOf(name: string, value: string, kept: CustomHeaders): boolean {
  return value === HEADER_MASK && isSecretHeader(name) && Object.hasOwn(kept, name);
}

function mapValues(headers: CustomHeaders, change: (name: string, value: string) => string): CustomHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(name, value)]));
}
