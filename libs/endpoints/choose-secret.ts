import { refuseFields } from './refuse.js';
import { generateSecret, readSecret, type SecretEncoding } from './secret-encoding.js';

/** What a caller may say about a new secret. */
export interface SecretChoice {
  /** Generated unless brought along. */
  readonly secret?: string | null;
  /** How the secret is written; `whsec` unless given. */
  readonly secretEncoding?: SecretEncoding | null;
}

/** The secret that was brought along, or a new one, as `whsec_…`. Throws `validation_failed` when it cannot be taken. */
export function chooseSecret({ secret, secretEncoding }: SecretChoice): string {
  if (secret == null) {
    if (secretEncoding == null) return generateSecret();
    return refuse('/secretEncoding', 'says how a secret is written, but there is no secret');
  }
  const result = readSecret(secret, secretEncoding ?? 'whsec');
  return 'secret' in result ? result.secret : refuse('/secret', result.refusal);
}

function refuse(pointer: string, message: string): never {
  return refuseFields([{ pointer, code: 'invalid', message }]);
}
