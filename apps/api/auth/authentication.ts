import type { FastifyRequest } from 'fastify';
import { PosthornError } from '#kernel';
import type { Authenticator, Principal } from '#tenants';

const refuse = (message: string): PosthornError => new PosthornError('unauthenticated', message);

/** Who presents the request's key. Throws `unauthenticated` with the reason, but never says whether a key existed. */
export async function authenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Principal> {
  const header = request.headers.authorization;
  if (!header) throw refuse('There is no API key: send `Authorization: Bearer <api key>`.');
  const [, keyText] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  if (!keyText) throw refuse('The Authorization header is not of the form `Bearer <api key>`.');
  const principal = await authenticator.authenticate(keyText);
  if (!principal) throw refuse('The API key is unknown, revoked or expired.');
  return principal;
}

/**
 * Whether a request needs a key. What counts is the route that will serve it, for the router reads a target more freely
 * than a comparison of texts would: `/%761/tenants` and `http://host/v1/tenants` are both `/v1/tenants`. Where no route
 * is, the decoded path tells whether there could have been one.
 */
export function needsKey({ routeOptions, url }: FastifyRequest): boolean {
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
