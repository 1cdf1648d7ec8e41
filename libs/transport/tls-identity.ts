import { createHash } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** PEM texts; what is not there is left out. */
export interface TlsMaterial {
  /** The authorities that the receiver's certificate has to come from, in place of the public ones. */
  readonly ca?: string;
  /** The client certificate, and whatever chain goes with it. */
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
}

/**
 * What one owner brings to TLS: a client certificate, authorities of its own, or both. Connections and sessions are kept
 * under its key, so that they serve nobody else, and the same owner only as long as nothing of it has changed.
 */
export class TlsIdentity {
  readonly key: string;
  #context: SecureContext | null = null;

  /** `owner`: whose it is; two owners never share a connection, even with the same material. */
  constructor(
    owner: string,
    private readonly material: TlsMaterial,
  ) {
    const { ca, certificate, privateKey, passphrase } = material;
    const parts = JSON.stringify([ca, certificate, privateKey, passphrase]);
    this.key = `${owner}.${createHash('sha256').update(parts).digest('base64url')}`;
  }

  get hasCertificate(): boolean {
    return this.material.certificate !== undefined;
  }

  /** Made with the first connection. `platformCa`: what is trusted besides the public authorities. Throws OpenSSL's errors. */
  context(platformCa: readonly string[] | undefined): SecureContext {
    this.#context ??= createSecureContext(contextOptions(this.material, platformCa));
    return this.#context;
  }
}

/** Throws what OpenSSL says when it cannot use it. */
export function tryMaterial(material: TlsMaterial): void {
  createSecureContext(contextOptions(material, undefined));
}

function contextOptions(
  { ca, certificate, privateKey, passphrase }: TlsMaterial,
  platformCa: readonly string[] | undefined,
) {
  const trusted = ca ?? (platformCa && [...rootCertificates, ...platformCa]);
  return {
    ...(trusted === undefined ? {} : { ca: trusted }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}
