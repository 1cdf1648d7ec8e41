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

/** Whether a path is one of those that need a key. */
export function needsKey(url: string): boolean {
  return url.startsWith('/v1/') || url === '/v1' || url.startsWith('/v1?');
}
