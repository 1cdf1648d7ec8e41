import { readFileSync } from 'node:fs';
import { readBrought, settleSigning, type SigningEntry } from '#endpoints';
import {
  type CheckedKey,
  checkSignatures,
  PUBLIC_PREFIX,
  readPublicKey,
  SECRET_ENCODINGS,
  type SecretEncoding,
  type SigningScheme,
  toSigningKey,
} from '#signing';

export interface VerifyOptions {
  readonly body: string;
  readonly header: readonly string[];
  readonly secretFile?: string;
  readonly secretEncoding?: string;
  readonly scheme: readonly string[];
  readonly tolerance: number;
  readonly api?: string;
  readonly endpoint?: string;
  readonly keyFile?: string;
}

/** What both ways of asking answer. */
interface Verdict {
  readonly scheme: string;
  readonly code: string;
  readonly message: string;
}

/** Prints a line for each scheme; the exit code is 0 when one of them holds. */
export async function verify(options: VerifyOptions): Promise<void> {
  const headers = readHeaders(options.header);
  const body = readFileSync(options.body === '-' ? 0 : options.body, 'utf8');
  const verdicts =
    options.api === undefined ? verifyHere(options, headers, body) : await askApi(options, options.api, headers, body);
  for (const { scheme, code, message } of verdicts) process.stdout.write(`${scheme}: ${code}. ${message}\n`);
  if (!verdicts.some(({ code }) => code === 'verified')) process.exitCode = 1;
}

function verifyHere(options: VerifyOptions, headers: Record<string, string>, body: string): Verdict[] {
  if (options.secretFile === undefined) throw new Error('Give --secret-file, or --api with --endpoint and --key-file.');
  const key = readKey(readLine(options.secretFile), readEncoding(options.secretEncoding));
  const schemes = readSchemes(options.scheme, key);
  return checkSignatures({
    headers,
    body,
    schemes,
    secrets: [{ id: 'given', key, activatesAtMs: 0, expiresAtMs: null }],
    sentBody: null,
    nowMs: Date.now(),
    toleranceSeconds: options.tolerance,
  });
}

/** The public key of a pair verifies as well as the pair. */
function readKey(text: string, secretEncoding: SecretEncoding | null): CheckedKey {
  if (!text.startsWith(PUBLIC_PREFIX) || secretEncoding !== null) {
    const { secret, encoding } = readBrought({ secret: text, secretEncoding })!;
    return toSigningKey(secret, encoding);
  }
  const publicKey = readPublicKey(text);
  if (publicKey === null)
    throw new Error(`The public key must be ${PUBLIC_PREFIX} followed by the base64 of 32 bytes.`);
  return { kind: 'ed25519', publicKey };
}

/** Unless said, the scheme that such a key is for. */
function readSchemes(texts: readonly string[], key: CheckedKey): readonly SigningScheme[] {
  if (texts.length === 0 && key.kind === 'ed25519') return [{ scheme: 'standard-ed25519' }];
  const entries = texts.map((text) => (text.startsWith('{') ? (JSON.parse(text) as SigningEntry) : { scheme: text }));
  const result = settleSigning(entries.length === 0 ? null : entries, []);
  if ('signing' in result) return result.signing;
  throw new Error(result.errors.map(({ pointer, message }) => `${pointer} ${message}.`).join(' '));
}

function readEncoding(text: string | undefined): SecretEncoding | null {
  if (text === undefined) return null;
  const encoding = SECRET_ENCODINGS.find((one) => one === text);
  if (encoding === undefined) throw new Error(`--secret-encoding must be one of ${SECRET_ENCODINGS.join(', ')}.`);
  return encoding;
}

async function askApi(
  { endpoint, keyFile, tolerance }: VerifyOptions,
  api: string,
  headers: Record<string, string>,
  body: string,
): Promise<Verdict[]> {
  if (endpoint === undefined || keyFile === undefined) throw new Error('Give --endpoint and --key-file beside --api.');
  const response = await fetch(new URL('/v1/signature-checks', api), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${readLine(keyFile)}` },
    body: JSON.stringify({ endpoint, headers, body, toleranceSeconds: tolerance }),
  });
  const answer = (await response.json()) as { detail?: string; schemes?: Verdict[] };
  if (!response.ok) throw new Error(answer.detail ?? `The API answered ${response.status}.`);
  return answer.schemes ?? [];
}

function readLine(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      if (at < 1) throw new Error(`"${line}" is no header: write "name: value".`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
