import type { OAuth2Client } from '#endpoints';
import type { OutboundRequest, SendResult } from '#transport';

/** An access token, and for how long it is worth asking nobody again. */
export interface AccessToken {
  readonly value: string;
  readonly keptMs: number;
}

/** Where the answer does not say, as it should (RFC 6749 section 5.1). */
const DEFAULT_LIFE_SECONDS = 300;
/** However long a token lives, what was revoked or changed is noticed within a day. */
const MAX_LIFE_SECONDS = 86_400;
/** A token is let go this long before its end, or a tenth of its life if that is less: requests take their time. */
const MARGIN_MS = 30_000;
/** Longer ones would make heads that receivers refuse. */
const MAX_TOKEN_LENGTH = 8_192;

/** The codes of RFC 6749 section 5.2. Nothing else of what a token endpoint says is repeated: it may repeat secrets. */
const KNOWN_ERRORS: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

/** The request for a token by client credentials (RFC 6749 section 4.4.2). */
export function toTokenRequest(client: OAuth2Client, userAgent: string, timeoutMs: number): OutboundRequest {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (client.scope !== null) form.set('scope', client.scope);
  if (client.audience !== null) form.set('audience', client.audience);
  const headers = [
    'content-type',
    'application/x-www-form-urlencoded',
    'accept',
    'application/json',
    'user-agent',
    userAgent,
  ];
  if (client.authentication === 'basic') headers.push('authorization', toBasic(client.clientId, client.clientSecret));
  else {
    form.set('client_id', client.clientId);
    form.set('client_secret', client.clientSecret);
  }
  return { target: client.tokenTarget, headers, body: form.toString(), timeoutMs };
}

/** The token in an answer, or why there is none, as the end of a sentence that begins with "No access token". */
export function readToken(result: SendResult): AccessToken | string {
  const answer = readJson(result);
  if (result.errorCode === 'status') return `the token endpoint answered ${result.statusCode}${errorIn(answer)}`;
  if (result.errorCode !== null) return `the token endpoint failed (${result.errorCode}): ${result.error}`;
  if (answer === null) return "the token endpoint's answer is not a JSON object of at most 16 KiB";
  const { access_token: value, token_type: type, expires_in: life } = answer;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value) || value.length > MAX_TOKEN_LENGTH) {
    return `the token endpoint's answer has no access_token that a header can carry${errorIn(answer)}`;
  }
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') {
    return "the token endpoint's answer is not of token_type Bearer";
  }
  return { value, keptMs: keptMs(life) };
}

/** RFC 6749 section 2.3.1: each part is form-encoded first. */
function toBasic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`;
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function readJson({ responseBody, truncated }: SendResult): Record<string, unknown> | null {
  if (responseBody === null || truncated) return null;
  try {
    const value: unknown = JSON.parse(responseBody);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function errorIn(answer: Record<string, unknown> | null): string {
  const error = answer?.['error'];
  return KNOWN_ERRORS.has(error) ? ` (${String(error)})` : '';
}

/** Some servers write the number as text. */
function keptMs(life: unknown): number {
  const seconds = typeof life === 'string' && life !== '' ? Number(life) : life;
  const isNumber = typeof seconds === 'number' && seconds >= 0;
  const lifeMs = Math.min(isNumber ? seconds : DEFAULT_LIFE_SECONDS, MAX_LIFE_SECONDS) * 1000;
  return lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
}
