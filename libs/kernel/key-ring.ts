import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** 64 bits: enough that no two secrets of an installation share one. */
const FINGERPRINT_DIGITS = 16;

/**
 * Encryption at rest: AES-256-GCM (NIST SP 800-38D) under a ring of keys, of which the first encrypts and all decrypt.
 * A sealed text is `format byte | length of key id | key id | 96-bit IV | ciphertext | 128-bit tag`. The context (the
 * row's id) is authenticated with it, so that a value copied into another row does not open.
 */
export class KeyRing {
  private readonly keys: ReadonlyMap<string, Buffer>;
  /** Of the key that seals. */
  readonly currentId: string;

  /** Keys by id, 32 bytes each, the current one first. */
  constructor(keys: readonly (readonly [id: string, key: Buffer])[]) {
    const [current] = keys;
    if (!current) throw new Error('a key ring needs at least one key');
    this.keys = new Map(keys);
    this.currentId = current[0];
  }

  seal(plain: string | Buffer, context: string): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.currentId)!, iv);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([this.prefix(), iv, body, cipher.getAuthTag()]);
  }

  /** Throws when the key is not on the ring, the context is another, or a bit was changed. */
  open(sealed: Buffer, context: string): Buffer {
    const keyId = sealedKeyId(sealed);
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`encryption key "${keyId}" is not on the ring (POSTHORN_ENCRYPTION_KEYS)`);
    const ivAt = 2 + sealed[1]!;
    const bodyAt = ivAt + IV_BYTES;
    const tagAt = sealed.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(ivAt, bodyAt));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(sealed.subarray(tagAt));
    return Buffer.concat([decipher.update(sealed.subarray(bodyAt, tagAt)), decipher.final()]);
  }

  /**
   * Stands for a secret where it must not be shown: the same secret has the same fingerprint, and nobody without the first
   * key of the ring can try secrets out on it, however weak they are.
   */
  fingerprint(plain: string): string {
    const digits = createHmac('sha256', this.derive(this.currentId, 'fingerprints')!).update(plain).digest('hex');
    return `fingerprint:${digits.slice(0, FINGERPRINT_DIGITS)}`;
  }

  /** What every value begins with that is sealed under the first key. */
  prefix(): Buffer {
    const id = Buffer.from(this.currentId);
    return Buffer.concat([Buffer.from([FORMAT, id.length]), id]);
  }

  /** Whether the value is sealed by a key that is no longer the first one. */
  isStale(sealed: Buffer): boolean {
    return sealedKeyId(sealed) !== this.currentId;
  }

  /**
   * A key for another purpose than sealing, made of one on the ring (HKDF, RFC 5869), so that no key serves two ends;
   * null when the key is not on the ring.
   */
  derive(keyId: string, purpose: string): Uint8Array | null {
    const key = this.keys.get(keyId);
    return key ? new Uint8Array(hkdfSync('sha256', key, '', `posthorn ${purpose}`, KEY_BYTES)) : null;
  }
}

function sealedKeyId(sealed: Buffer): string {
  if (sealed[0] !== FORMAT) throw new Error('not a sealed value of a format this version knows');
  return sealed.toString('utf8', 2, 2 + sealed[1]!);
}
