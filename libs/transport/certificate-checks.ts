import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type TlsMaterial, tryMaterial } from './tls-identity.js';

/** Which of the texts is wrong, and how, in words that go on after its name. */
export interface MaterialRefusal {
  readonly part: keyof TlsMaterial;
  readonly words: string;
}

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Looks at what an owner wants to bring to TLS. Null when it will do, at `nowMs`. */
export function refuseMaterial(material: TlsMaterial, nowMs: number): MaterialRefusal | null {
  return refuseAuthorities(material.ca, nowMs) ?? refuseClientCertificate(material, nowMs);
}

function refuseAuthorities(ca: string | undefined, nowMs: number): MaterialRefusal | null {
  if (ca === undefined) return null;
  const certificates = readCertificates(ca);
  const words = typeof certificates === 'string' ? certificates : firstRefusal(certificates, nowMs);
  return words === null ? null : { part: 'ca', words };
}

function refuseClientCertificate(material: TlsMaterial, nowMs: number): MaterialRefusal | null {
  const { certificate, privateKey, passphrase } = material;
  if (certificate === undefined) {
    if (privateKey !== undefined) return { part: 'certificate', words: 'is required beside a private key' };
    return passphrase === undefined ? null : { part: 'privateKey', words: 'is required beside a passphrase' };
  }
  if (privateKey === undefined) return { part: 'privateKey', words: 'is required beside a certificate' };
  const chain = readCertificates(certificate);
  const words = typeof chain === 'string' ? chain : firstRefusal(chain, nowMs);
  if (words !== null) return { part: 'certificate', words };
  const key = readPrivateKey(privateKey, passphrase);
  if ('part' in key) return key;
  const [leaf] = chain as X509Certificate[];
  if (!leaf!.checkPrivateKey(key.key)) return { part: 'privateKey', words: 'is not the key of the certificate' };
  return refuseUnusable(material);
}

function readCertificates(pem: string): X509Certificate[] | string {
  const blocks = pem.match(CERTIFICATE_BLOCK) ?? [];
  if (blocks.length === 0) return 'holds no PEM certificate (-----BEGIN CERTIFICATE-----)';
  if (pem.replace(CERTIFICATE_BLOCK, '').includes('PRIVATE KEY'))
    return 'holds a private key, which does not belong there';
  const certificates: X509Certificate[] = [];
  for (const block of blocks) {
    try {
      certificates.push(new X509Certificate(block));
    } catch {
      return `cannot be read as PEM (certificate ${certificates.length + 1} of ${blocks.length})`;
    }
  }
  return certificates;
}

function firstRefusal(certificates: readonly X509Certificate[], nowMs: number): string | null {
  for (const { subject, validFrom, validTo } of certificates) {
    const name = subject?.replaceAll('\n', ', ') ?? 'the certificate';
    if (Date.parse(validTo) <= nowMs) return `has expired (${name}, on ${dayOf(validTo)})`;
    if (Date.parse(validFrom) > nowMs) return `is not valid yet (${name}, from ${dayOf(validFrom)})`;
  }
  return null;
}

function readPrivateKey(pem: string, passphrase: string | undefined): { key: KeyObject } | MaterialRefusal {
  try {
    return { key: createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }) };
  } catch {
    if (!pem.includes('ENCRYPTED')) return { part: 'privateKey', words: 'cannot be read as a PEM private key' };
    const words =
      passphrase === undefined ? 'is required: the private key is encrypted' : 'does not open the private key';
    return { part: 'passphrase', words };
  }
}

/** OpenSSL has a last word, on what is too weak for TLS for instance. */
function refuseUnusable(material: TlsMaterial): MaterialRefusal | null {
  try {
    tryMaterial(material);
    return null;
  } catch (error) {
    return { part: 'certificate', words: `cannot be used for TLS (${(error as Error).message})` };
  }
}

function dayOf(date: string): string {
  return new Date(Date.parse(date)).toISOString().slice(0, 10);
}
