import { type CustomHeaders, isSecretHeader } from '#policy';
import type { Credentials } from './credentials.js';

/** What is shorter stands in answers by chance. */
const MIN_LENGTH = 6;

/**
 * The secrets that every request to an endpoint carries, as a receiver that repeats what it got would write them; the
 * longest first, for one may be part of another.
 */
export function toSentSecrets(headers: CustomHeaders, credentials: Credentials): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (isSecretHeader(name) ? [value] : []));
  return toRepeatable([...values, ...secretsOf(credentials)]);
}

/** Each secret as it is and, where that differs, as JSON has it. */
export function toRepeatable(secrets: readonly string[]): readonly string[] {
  const writings = secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  return [...new Set(writings)].filter(({ length }) => length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
}

function secretsOf({ auth }: Credentials): readonly string[] {
  switch (auth?.type) {
    case 'basic':
      return [Buffer.from(`${auth.username}:${auth.password}`).toString('base64'), auth.password];
    case 'bearer':
      return [auth.token];
    case 'header':
      return [auth.value];
    case undefined:
    case 'oauth2':
    case 'mtls':
      return [];
  }
}
