/** One way of writing a secret, as the bytes to look for. */
export interface Needle {
  readonly writing: string;
  readonly bytes: Buffer;
}

/** Shorter than this would be found by chance. */
const MIN_BYTES = 8;

/**
 * The ways in which a secret can be read: as it is, as JSON escapes it, base64 and base64url wherever in a longer text it
 * stands, hexadecimal and percent-encoded. What is said in a way of its own when it is encoded comes once.
 */
export function needlesOf(secret: string | Buffer): Needle[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_BYTES) throw new Error(`too short to look for: ${bytes.length} bytes`);
  const hex = bytes.toString('hex');
  const writings: [string, Buffer][] = [
    ['as it is', bytes],
    ...aligned(bytes).flatMap((text): [string, Buffer][] => [
      ['base64', Buffer.from(text)],
      ['base64url', Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))],
    ]),
    ['hex', Buffer.from(hex)],
    ['HEX', Buffer.from(hex.toUpperCase())],
  ];
  if (typeof secret === 'string') {
    const json = JSON.stringify(secret).slice(1, -1);
    const encoded = encodeURIComponent(secret);
    const form = new URLSearchParams({ '': secret }).toString().slice(1);
    writings.push(['in JSON', Buffer.from(json)], ['in JSON in JSON', Buffer.from(JSON.stringify(json).slice(1, -1))]);
    writings.push(['percent-encoded', Buffer.from(encoded)], ['form-encoded', Buffer.from(form)]);
    writings.push(['Percent-encoded', Buffer.from(encoded.replace(/%../g, (code) => code.toLowerCase()))]);
  }
  const once = new Map<string, Needle>();
  for (const [writing, needle] of writings) {
    const bytesOfIt = needle.toString('latin1');
    if (!once.has(bytesOfIt)) once.set(bytesOfIt, { writing, bytes: needle });
  }
  return [...once.values()];
}

/** Base64 of the bytes behind 0, 1 or 2 others, without the characters that those have a part in. */
function aligned(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = Math.floor(((before + bytes.length) * 8) / 6);
    return text.slice(Math.ceil((before * 8) / 6), own);
  });
}
