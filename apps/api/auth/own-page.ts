import { PosthornError } from '#kernel';
import type { FastifyRequest } from '../http/request.js';

/** What our own pages send with whatever changes something: a page elsewhere cannot without asking (CORS), and asks in vain. */
export const OWN_PAGE_HEADER = 'posthorn-console';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses what a page of another site made a browser send: a browser adds the cookie by itself, and so the cookie alone
 * says nothing about who asked.
 */
export function assertFromOwnPage(request: FastifyRequest, publicUrl: string | null): void {
  if (SAFE_METHODS.includes(request.method)) return;
  if (request.headers[OWN_PAGE_HEADER] === undefined) {
    throw crossSite('A request that a cookie authenticates needs the header `Posthorn-Console: 1`.');
  }
  assertSameOrigin(request, publicUrl);
}

/** What a browser says of where a request comes from; other clients say nothing, and carry no cookie by themselves. */
export function assertSameOrigin(request: FastifyRequest, publicUrl: string | null): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin') throw crossSite(`A page elsewhere made this request (${site}).`);
  if (origin === undefined) return;
  // The scheme may be lost on the way, behind a proxy that is not trusted; the host names who asked well enough.
  const own = publicUrl === null ? [request.host] : [request.host, new URL(publicUrl).host];
  if (!URL.canParse(origin) || !own.includes(new URL(origin).host)) {
    throw crossSite(`A page of ${origin} made this request.`);
  }
}

const crossSite = (message: string): PosthornError => new PosthornError('cross_site', message);
