import type { FieldError } from '#kernel';
import { HEADER_MASK, refuseHeader } from '#policy';
import { refuseMaterial, type TlsMaterial } from '#transport';
import {
  AUTH_TYPES,
  type AuthType,
  CLIENT_AUTHENTICATIONS,
  type Credentials,
  type EndpointAuth,
  type EndpointTls,
  isSecretField,
} from './credentials.js';

type Fields = Readonly<Record<string, unknown>>;

export interface CredentialRules {
  /** Why a URL may not be sent to, in words; null when it may. */
  readonly refuseUrl: (url: string) => string | null;
  readonly nowMs: number;
}

/** Why a value will not do, in words that go on after its name; null when it will. */
type Refuse = (value: string, rules: CredentialRules) => string | null;

interface FieldRule {
  readonly isRequired: boolean;
  readonly refuse: Refuse;
}

const required = (refuse: Refuse): FieldRule => ({ isRequired: true, refuse });
const optional = (refuse: Refuse): FieldRule => ({ isRequired: false, refuse });
const matching =
  (pattern: RegExp, words: string): Refuse =>
  (value) =>
    pattern.test(value) ? null : words;

const printable = matching(/^\P{Cc}+$/u, 'must be text without control characters, and not empty');
const pem = matching(/^[\t\n\r\x20-\x7e]+$/, 'must be PEM text');
const oneOf = (values: readonly string[]): Refuse =>
  function refuse(value) {
    return values.includes(value) ? null : `must be one of ${values.join(', ')}`;
  };

const TLS_FIELDS: Readonly<Record<string, FieldRule>> = {
  ca: optional(pem),
  certificate: optional(pem),
  privateKey: optional(pem),
  passphrase: optional(printable),
};

const AUTH_FIELDS: Readonly<Record<AuthType, Readonly<Record<string, FieldRule>>>> = {
  basic: {
    // RFC 7617 section 2: the first colon ends the name.
    username: required(matching(/^[^\p{Cc}:]*$/u, 'must not hold colons or control characters')),
    password: required(matching(/^\P{Cc}*$/u, 'must not hold control characters')),
  },
  bearer: { token: required(matching(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces')) },
  header: {
    name: required((name) => refuseHeader(name, 'any')),
    value: required((value) => refuseHeader('x-any', value)),
  },
  oauth2: {
    tokenUrl: required((url, rules) => rules.refuseUrl(url)),
    clientId: required(printable),
    clientSecret: required(printable),
    // RFC 6749 appendix A.4.
    scope: optional(
      matching(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be words of ASCII, one space apart'),
    ),
    audience: optional(printable),
    authentication: optional(oneOf(CLIENT_AUTHENTICATIONS)),
  },
  mtls: { certificate: required(pem), privateKey: required(pem), passphrase: optional(printable) },
};

/**
 * All that can be said about `auth` and `tls` without the network: the credentials they stand for, and all that is wrong
 * with them. `kept` are the real values that the endpoint has now, for what is sent back as a mask.
 */
export function settleCredentials(
  document: { readonly auth?: { readonly type?: unknown } | null; readonly tls?: object | null },
  kept: Credentials,
  rules: CredentialRules,
): { readonly credentials: Credentials; readonly errors: readonly FieldError[] } {
  const auth = settleAuth(document.auth ?? null, kept.auth, rules);
  const tls = settleTls(document.tls ?? null, kept.tls, rules);
  const credentials = { auth: auth.fields, tls: tls.fields };
  return { credentials, errors: [...auth.errors, ...tls.errors, ...refuseTwoCertificates(credentials)] };
}

/** A client certificate and authorities of one's own mean nothing without TLS. */
export function refuseWithoutTls({ auth, tls }: Credentials): FieldError[] {
  const message = 'needs an endpoint with an https:// URL';
  const errors: FieldError[] = [];
  if (auth?.type === 'mtls') errors.push({ pointer: '/auth', code: 'invalid', message });
  if (tls !== null) errors.push({ pointer: '/tls', code: 'invalid', message });
  return errors;
}

interface Settled<Settlement> {
  readonly fields: Settlement | null;
  readonly errors: readonly FieldError[];
}

function settleAuth(
  given: { readonly type?: unknown } | null,
  kept: EndpointAuth | null,
  rules: CredentialRules,
): Settled<EndpointAuth> {
  if (given === null) return { fields: null, errors: [] };
  const { type, ...fields } = given as Fields;
  if (type == null) return failed('/auth/type', 'required', 'is required');
  if (!isAuthType(type)) return failed('/auth/type', 'not_allowed', `must be one of ${AUTH_TYPES.join(', ')}`);
  const keptFields = kept?.type === type ? { ...kept } : {};
  const { values, errors } = settleFields('/auth', fields, keptFields, AUTH_FIELDS[type], rules);
  const settled = { type, ...values } as EndpointAuth;
  if (errors.length > 0) return { fields: null, errors };
  return { fields: settled, errors: settled.type === 'mtls' ? checkMaterial('/auth', settled, rules) : [] };
}

function settleTls(given: object | null, kept: EndpointTls | null, rules: CredentialRules): Settled<EndpointTls> {
  const { values, errors } = settleFields('/tls', { ...given }, { ...kept }, TLS_FIELDS, rules);
  if (errors.length > 0 || Object.keys(values).length === 0) return { fields: null, errors };
  return { fields: values, errors: checkMaterial('/tls', values, rules) };
}

function settleFields(
  pointer: string,
  given: Fields,
  kept: Fields,
  known: Readonly<Record<string, FieldRule>>,
  rules: CredentialRules,
): { values: Record<string, string>; errors: FieldError[] } {
  const values: Record<string, string> = {};
  const errors: FieldError[] = [];
  const refuse = (field: string, code: string, message: string): void => {
    errors.push({ pointer: `${pointer}/${field}`, code, message });
  };
  for (const field of Object.keys(given)) {
    if (given[field] != null && !Object.hasOwn(known, field)) refuse(field, 'unknown_field', 'does not belong here');
  }
  for (const [field, { isRequired, refuse: refuseValue }] of Object.entries(known)) {
    const value = valueBehind(field, given[field], kept);
    if (value === NO_VALUE) refuse(field, 'invalid', 'is a mask, and there is no value behind it');
    else if (value == null) {
      if (isRequired) refuse(field, 'required', 'is required');
    } else {
      const refusal = typeof value === 'string' ? refuseValue(value, rules) : 'must be a string';
      if (refusal === null) values[field] = value as string;
      else refuse(field, field === 'tokenUrl' ? 'url_refused' : 'invalid', refusal);
    }
  }
  return { values, errors };
}

const NO_VALUE = Symbol('a mask with nothing behind it');

/** What is kept, for a mask that was read and sent back. */
function valueBehind(field: string, given: unknown, kept: Fields): unknown {
  if (!isSecretField(field) || given !== HEADER_MASK) return given;
  return Object.hasOwn(kept, field) ? kept[field] : NO_VALUE;
}

function checkMaterial(pointer: string, material: TlsMaterial, { nowMs }: CredentialRules): FieldError[] {
  const refusal = refuseMaterial(material, nowMs);
  if (refusal === null) return [];
  return [{ pointer: `${pointer}/${refusal.part}`, code: 'invalid_certificate', message: refusal.words }];
}

function refuseTwoCertificates({ auth, tls }: Credentials): FieldError[] {
  if (auth?.type !== 'mtls' || tls?.certificate === undefined) return [];
  const message = 'stands beside an `auth` of type mtls, which brings the certificate already';
  return [{ pointer: '/tls/certificate', code: 'invalid', message }];
}

function failed(pointer: string, code: string, message: string): Settled<never> {
  return { fields: null, errors: [{ pointer, code, message }] };
}

function isAuthType(type: unknown): type is AuthType {
  return (AUTH_TYPES as readonly unknown[]).includes(type);
}
