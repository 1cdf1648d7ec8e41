export interface SignedRequest {
  readonly secret: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}

export interface Verdict {
  readonly isGood: boolean;
  readonly words: string;
  /** What the signature would have to be; null when the secret cannot be read. */
  readonly expected: string | null;
}

const TOLERANCE_SECONDS = 300;

/** Checks a request as a receiver would (Standard Webhooks), in this browser: the secret goes nowhere. */
export async function verifySignature(request: SignedRequest, nowSeconds: number): Promise<Verdict> {
  const key = readSecret(request.secret);
  if (key === null) return { isGood: false, expected: null, words: 'The secret is not whsec_ and base64.' };
  const expected = `v1,${await sign(key, `${request.id}.${request.timestamp}.${request.body}`)}`;
  const given = request.signature.trim().split(/\s+/);
  if (!given.includes(expected)) {
    const isOther = given.every((one) => !one.startsWith('v1,'));
    const words = isOther
      ? 'The signature header has no v1, signature.'
      : 'The signature does not hold: the secret, the id, the timestamp or a byte of the body differs.';
    return { isGood: false, expected, words };
  }
  const ageSeconds = nowSeconds - Number(request.timestamp);
  if (!(Math.abs(ageSeconds) <= TOLERANCE_SECONDS)) {
    const words = 'The signature holds. Its timestamp is more than five minutes away, so a receiver refuses it by now.';
    return { isGood: true, expected, words };
  }
  return { isGood: true, expected, words: 'The signature holds, and the timestamp is fresh.' };
}

function readSecret(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = atob(text.trim().replace(/^whsec_/, ''));
    return bytes.length === 0 ? null : Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
  } catch {
    return null;
  }
}

async function sign(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}
