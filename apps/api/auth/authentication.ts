import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { Authenticator, type Principal, recognisablePart, SessionAuthenticator } from '#tenants';
import { SessionCookie } from '../session/session-cookie.js';
import { FailedAuthentications } from './failed-authentications.js';
import type { FailureReason } from './failure-record.js';
import { assertFromOwnPage } from './own-page.js';

const refuse = (message: string): PosthornError => new PosthornError('unauthenticated', message);

/** Tells who is asking: by an API key, a portal session's token, or the cookie of a browser that signed in. */
@Injectable()
export class Authentication {
  constructor(
    private readonly keys: Authenticator,
    private readonly sessions: SessionAuthenticator,
    private readonly cookie: SessionCookie,
    private readonly config: Config,
    private readonly failures: FailedAuthentications,
  ) {}

  /** Throws `unauthenticated` with the reason, but never says whether a key existed. */
  async of(request: FastifyRequest): Promise<Principal> {
    const header = request.headers.authorization;
    if (header) return this.byHeader(header, request.ip);
    const token = this.cookie.read(request);
    if (token !== null) return this.byCookie(request, token);
    throw refuse('There is no API key: send `Authorization: Bearer <api key>`.');
  }

  /** Throws `unauthenticated` unless it is a living API key, and `rate_limited` when the address has tried too many. */
  async byKey(keyText: string, address: string): Promise<Principal> {
    if (!this.keys.hasSeen(keyText)) this.failures.assertMayTry(address);
    const found = await this.keys.authenticate(keyText);
    if (typeof found !== 'string') return found;
    // One that was let through because it has opened before, and has ended since, waits as well.
    this.failures.assertMayTry(address);
    this.failures.note({ address, prefix: recognisablePart(keyText), reason: found });
    throw refuse('The API key is unknown, revoked or expired.');
  }

  private async byHeader(header: string, address: string): Promise<Principal> {
    const [, text] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
    if (!text) {
      this.fail(address, 'malformed');
      throw refuse('The Authorization header is not of the form `Bearer <api key>`.');
    }
    if (!isToken(text)) return this.byKey(text, address);
    const found = await this.sessions.portal(text);
    if (typeof found !== 'string') return found;
    this.fail(address, `session_${found}`);
    throw refuse('The portal session has ended, or is none of ours.');
  }

  private async byCookie(request: FastifyRequest, token: string): Promise<Principal> {
    const found = await this.sessions.browser(token);
    if (typeof found === 'string') {
      this.fail(request.ip, `session_${found}`);
      throw refuse('The session has ended: sign in again.');
    }
    assertFromOwnPage(request, this.config.http.publicUrl);
    return found;
  }

  /** Of what cost no look into the database: told to wait is only who has failed too often before. */
  private fail(address: string, reason: FailureReason): void {
    if (reason !== 'session_ended') this.failures.assertMayTry(address);
    this.failures.note({ address, prefix: null, reason });
  }
}

/** A JWT begins with `{"` in base64url and has two dots, which no key of ours has. */
function isToken(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(text);
}

/** Signing in: the one operation under /v1 that takes the key itself, in its body. */
export const SIGN_IN_PATH = '/v1/session';

/**
 * Whether a request needs a key. What counts is the route that will serve it, for the router reads a target more freely
 * than a comparison of texts would: `/%761/tenants` and `http://host/v1/tenants` are both `/v1/tenants`. Where no route
 * is, the decoded path tells whether there could have been one.
 */
export function needsKey({ routeOptions, url, method }: FastifyRequest): boolean {
  if (routeOptions.url === SIGN_IN_PATH && method === 'POST') return false;
  const path = routeOptions.url ?? decoded(url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, ''));
  return path === '/v1' || path.startsWith('/v1/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
