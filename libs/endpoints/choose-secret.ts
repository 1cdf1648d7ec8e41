import { type KeyKind, kindOf, PRIVATE_PREFIX, type SecretEncoding } from '#signing';
import { refuseFields } from './refuse.js';
import { generateSecret, refuseSecret, type SecretText } from './secret-encoding.js';

/** What a caller may say about a new secret. */
export interface SecretChoice {
  /** Generated unless brought along. */
  readonly secret?: string | null;
  /** How the secret is written; unless given, as its beginning says, `whsk_` or `whsec_`. */
  readonly secretEncoding?: SecretEncoding | null;
}

/**
 * A secret for each of the kinds that an endpoint signs with: first the one that was brought along, if any, then new ones.
 * Throws `validation_failed` when it cannot be taken, or fits none.
 */
export function chooseSecrets(choice: SecretChoice, kinds: readonly KeyKind[]): SecretText[] {
  const brought = readBrought(choice);
  if (brought !== null) refuseOtherKind(brought, kinds);
  const others = kinds.filter((kind) => brought === null || kind !== kindOf(brought.encoding));
  return [...(brought === null ? [] : [brought]), ...others.map(generateSecret)];
}

/** The secret that was brought along, or null. Throws `validation_failed` when it cannot be taken. */
export function readBrought({ secret, secretEncoding }: SecretChoice): SecretText | null {
  if (secret == null) {
    if (secretEncoding == null) return null;
    return refuse('/secretEncoding', 'says how a secret is written, but there is no secret');
  }
  const encoding = secretEncoding ?? (secret.startsWith(PRIVATE_PREFIX) ? 'whsk' : 'whsec');
  const refusal = refuseSecret({ secret, encoding });
  return refusal === null ? { secret, encoding } : refuse('/secret', refusal);
}

/** Throws `validation_failed` for a secret that no scheme of the endpoint signs with. */
export function refuseOtherKind({ encoding }: SecretText, kinds: readonly KeyKind[]): void {
  if (kinds.includes(kindOf(encoding))) return;
  const message =
    encoding === 'whsk'
      ? 'is an Ed25519 key pair, which only the scheme standard-ed25519 signs with'
      : `is a key of HMACs; the scheme standard-ed25519 signs with a key pair, ${PRIVATE_PREFIX}…`;
  refuse('/secret', message);
}

function refuse(pointer: string, message: string): never {
  return refuseFields([{ pointer, code: 'invalid', message }]);
}
