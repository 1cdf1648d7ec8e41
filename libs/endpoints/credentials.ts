import { HEADER_MASK } from '#policy';

export const AUTH_TYPES = ['basic', 'bearer', 'header', 'oauth2', 'mtls'] as const;

export type AuthType = (typeof AUTH_TYPES)[number];

export const CLIENT_AUTHENTICATIONS = ['basic', 'body'] as const;

/** How we say who we are at an OAuth 2.0 token endpoint: in a header, or in the body (RFC 6749 section 2.3.1). */
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** How requests to an endpoint are authenticated. */
export type EndpointAuth =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'bearer'; readonly token: string }
  | { readonly type: 'header'; readonly name: string; readonly value: string }
  | OAuth2Auth
  | {
      readonly type: 'mtls';
      readonly certificate: string;
      readonly privateKey: string;
      readonly passphrase?: string;
    };

/** Client credentials (RFC 6749 section 4.4). */
export interface OAuth2Auth {
  readonly type: 'oauth2';
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  readonly audience?: string;
  /** `basic` when it is left out. */
  readonly authentication?: ClientAuthentication;
}

/** What an endpoint brings to TLS, whatever its `auth`; PEM texts. */
export interface EndpointTls {
  /** The authorities that its certificate has to come from. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
}

export interface Credentials {
  readonly auth: EndpointAuth | null;
  readonly tls: EndpointTls | null;
}

export const NO_CREDENTIALS: Credentials = { auth: null, tls: null };

const SECRET_FIELDS: ReadonlySet<string> = new Set([
  'password',
  'token',
  'value',
  'clientSecret',
  'privateKey',
  'passphrase',
]);

/** Whether a field of `auth` or `tls` is write-only. */
export function isSecretField(field: string): boolean {
  return SECRET_FIELDS.has(field);
}

/** The credentials as they may be shown. */
export function maskCredentials(credentials: Credentials): Credentials {
  return replaceSecrets(credentials, () => HEADER_MASK);
}

/** The credentials with something else in the place of each secret. */
export function replaceSecrets({ auth, tls }: Credentials, replace: (secret: string) => string): Credentials {
  return { auth: auth && replaceFields(auth, replace), tls: tls && replaceFields(tls, replace) };
}

/** The header that carries the credentials, in lower case; null when none does. */
export function authHeaderName({ auth }: Credentials): string | null {
  switch (auth?.type) {
    case undefined:
    case 'mtls':
      return null;
    case 'header':
      return auth.name.toLowerCase();
    case 'basic':
    case 'bearer':
    case 'oauth2':
      return 'authorization';
  }
}

function replaceFields<Fields extends object>(fields: Fields, replace: (secret: string) => string): Fields {
  const shown = Object.entries(fields).map(([name, value]) => [
    name,
    isSecretField(name) ? replace(String(value)) : (value as unknown),
  ]);
  return Object.fromEntries(shown) as Fields;
}
