import { createHash } from 'node:crypto';
import type { Uuid } from '#kernel';
import { parseTarget, TlsIdentity, type SendTarget as UrlTarget } from '#transport';
import { authHeaderName, type ClientAuthentication, type Credentials, type OAuth2Auth } from './credentials.js';

/** Who an endpoint's requests are made for at its token endpoint. */
export interface OAuth2Client {
  /** Differs for each endpoint, and whenever something about the client has changed. */
  readonly key: string;
  readonly tokenTarget: UrlTarget;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
  readonly audience: string | null;
  readonly authentication: ClientAuthentication;
}

/** An endpoint's credentials, made ready so that sending takes no step more than without them; OAuth 2.0 alone does. */
export interface SendCredentials {
  readonly identity: TlsIdentity | null;
  /** A name, value pair to go with every request, or nothing. */
  readonly header: readonly string[];
  /** The header that carries the credentials, in lower case: nobody else may set it. */
  readonly headerName: string | null;
  readonly oauth2: OAuth2Client | null;
}

export function toSendCredentials(endpointId: Uuid, credentials: Credentials): SendCredentials {
  return {
    identity: toIdentity(endpointId, credentials),
    header: toHeader(credentials),
    headerName: authHeaderName(credentials),
    oauth2: credentials.auth?.type === 'oauth2' ? toOAuth2Client(endpointId, credentials.auth) : null,
  };
}

function toIdentity(endpointId: Uuid, { auth, tls }: Credentials): TlsIdentity | null {
  if (auth?.type !== 'mtls') return tls === null ? null : new TlsIdentity(endpointId, tls);
  const { type: _, ...certificate } = auth;
  return new TlsIdentity(endpointId, { ...tls, ...certificate });
}

function toHeader({ auth }: Credentials): readonly string[] {
  switch (auth?.type) {
    case 'basic': {
      const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
      return ['authorization', `Basic ${pair}`];
    }
    case 'bearer':
      return ['authorization', `Bearer ${auth.token}`];
    case 'header':
      return [auth.name.toLowerCase(), auth.value];
    case undefined:
    case 'oauth2':
    case 'mtls':
      return [];
  }
}

function toOAuth2Client(endpointId: Uuid, auth: OAuth2Auth): OAuth2Client {
  const { tokenUrl, clientId, clientSecret, scope = null, audience = null, authentication = 'basic' } = auth;
  const parts = JSON.stringify([tokenUrl, clientId, clientSecret, scope, audience, authentication]);
  return {
    key: `${endpointId}.${createHash('sha256').update(parts).digest('base64url')}`,
    tokenTarget: parseTarget(tokenUrl),
    clientId,
    clientSecret,
    scope,
    audience,
    authentication,
  };
}
