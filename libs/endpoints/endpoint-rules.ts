import type { FieldError } from '#kernel';
import {
  type CustomHeaders,
  isMaskOf,
  type JsonObject,
  longestGraceSeconds,
  MAX_HEADER_BYTES,
  type RateLimit,
  refuseHeader,
  slotIntervalMs,
  unmaskHeaders,
} from '#policy';
import type { PayloadFormat } from '#signing';
import { refuseWithoutTls, settleCredentials } from './credential-rules.js';
import { authHeaderName, type Credentials } from './credentials.js';
import type { EndpointSettings, Ordering } from './endpoint.js';
import { escapePointer } from './refuse.js';
import { MAX_SECRETS } from './secret-succession.js';
import { settleSigning, type SigningEntry } from './signing-rules.js';

/** An endpoint as its owner writes it, or as it is after a merge patch; types and ranges are checked before. */
export interface EndpointDocument {
  readonly uid?: string | null;
  readonly url?: string | null;
  readonly description?: string | null;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly auth?: { readonly type?: unknown } | null;
  readonly tls?: object | null;
  readonly payloadFormat?: string | null;
  readonly maxInFlight?: number | null;
  readonly rateLimit?: Partial<RateLimit> | null;
  readonly timeoutSeconds?: number | null;
  readonly retrySchedule?: readonly number[] | null;
  readonly metadata?: JsonObject | null;
  readonly signing?: readonly SigningEntry[] | null;
  readonly ordering?: string | null;
  readonly rotateSecretsEveryDays?: number | null;
  readonly rotationGraceSeconds?: number | null;
}

/** What an endpoint has now, with the real values behind what is masked when it is shown. */
export type KeptSecrets = Pick<EndpointSettings, 'headers' | 'auth' | 'tls'>;

export interface EndpointRules {
  /** Why a URL may not be delivered to, in words; null when it may. */
  readonly refuseUrl: (url: string) => string | null;
  readonly nowMs: number;
  /** Nothing open outlives retention, so a schedule that did would end as `expired`. */
  readonly retentionSeconds: number;
}

/** The most entries that a retry schedule may have. */
export const MAX_RETRIES = 50;
/** Metadata is kept as the JSON text it is. */
export const MAX_METADATA_BYTES = 16 * 1024;

/** Whether a URL has what no URL needs, and what logs, headers and the database must not get. */
const UNPRINTABLE = /[\s\p{Cc}\p{Cs}]/u;

/**
 * Everything that can be said about an endpoint's document without looking at the database: the settings it stands for,
 * or all that is wrong with it. `kept` are the real values of what the endpoint has now.
 */
export function settleEndpoint(
  document: EndpointDocument,
  kept: KeptSecrets,
  rules: EndpointRules,
): { settings: EndpointSettings } | { errors: readonly FieldError[] } {
  const { credentials, errors: credentialErrors } = settleCredentials(document, kept, rules);
  const signing = settleSigning(document.signing ?? null, ownHeaderNames(document, credentials));
  const errors = [
    ...checkUrl(document.url, rules),
    ...checkHeaders(document.headers ?? {}, kept.headers),
    ...credentialErrors,
    ...checkBesideCredentials(document, credentials),
    ...checkSchedule(document.retrySchedule ?? [], rules),
    ...checkRateLimit(document.rateLimit ?? null, rules),
    ...checkMetadata(document.metadata ?? {}),
    ...checkRotation(document),
    ...('errors' in signing ? signing.errors : []),
  ];
  if (errors.length > 0 || 'errors' in signing) return { errors };
  return {
    settings: {
      uid: document.uid ?? null,
      url: document.url!,
      description: document.description ?? null,
      headers: unmaskHeaders(lowerCaseNames(document.headers ?? {}) as CustomHeaders, kept.headers),
      ...credentials,
      payloadFormat: (document.payloadFormat ?? 'standard') as PayloadFormat,
      signing: signing.signing,
      ordering: (document.ordering ?? 'none') as Ordering,
      maxInFlight: document.maxInFlight ?? null,
      rateLimit: settleRateLimit(document.rateLimit ?? null),
      timeoutSeconds: document.timeoutSeconds ?? null,
      retrySchedule: document.retrySchedule ?? null,
      metadata: document.metadata ?? {},
      rotateSecretsEveryDays: document.rotateSecretsEveryDays ?? null,
      rotationGraceSeconds: document.rotationGraceSeconds ?? null,
    },
  };
}

/** Header names mean the same in any case (RFC 9110, section 5.1), so they are kept and compared in one. */
export function lowerCaseNames<Value>(headers: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function checkUrl(url: string | null | undefined, rules: EndpointRules): FieldError[] {
  if (url == null) return [{ pointer: '/url', code: 'required', message: 'is required' }];
  const refusal = UNPRINTABLE.test(url) ? 'must not contain spaces or control characters' : rules.refuseUrl(url);
  return refusal === null ? [] : [{ pointer: '/url', code: 'url_refused', message: refusal }];
}

function checkHeaders(headers: Readonly<Record<string, unknown>>, kept: CustomHeaders): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const refusal = refuseHeader(name, value) ?? (seen.has(lower) ? 'is there twice, in another case' : null);
    if (refusal !== null) errors.push(headerError(name, refusal));
    else if (/^\*{3,}$/.test(value as string) && !isMaskOf(lower, value as string, kept)) {
      errors.push(headerError(name, 'is a mask, and there is no value behind it'));
    }
    seen.add(lower);
    bytes += name.length + String(value).length;
  }
  if (bytes > MAX_HEADER_BYTES) {
    const message = `have ${bytes} bytes together; at most ${MAX_HEADER_BYTES} are allowed`;
    errors.push({ pointer: '/headers', code: 'too_long', message });
  }
  return errors;
}

/** What else the document must or must not say for these credentials. */
/** The headers that an endpoint's requests carry beside Posthorn's own and those of signatures. */
function ownHeaderNames({ headers }: EndpointDocument, credentials: Credentials): string[] {
  const ofAuth = authHeaderName(credentials);
  return [...Object.keys(headers ?? {}), ...(ofAuth === null ? [] : [ofAuth])];
}

function checkBesideCredentials({ url, headers }: EndpointDocument, credentials: Credentials): FieldError[] {
  const taken = authHeaderName(credentials);
  const again = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() === taken);
  return [
    ...(url?.startsWith('http:') ? refuseWithoutTls(credentials) : []),
    ...again.map((name) => headerError(name, 'is set by `auth` already')),
  ];
}

function headerError(name: string, refusal: string): FieldError {
  return {
    pointer: `/headers/${escapePointer(name)}`,
    code: 'invalid_header',
    message: refusal,
  };
}

function checkSchedule(schedule: readonly number[], { retentionSeconds }: EndpointRules): FieldError[] {
  const sum = schedule.reduce((total, seconds) => total + seconds, 0);
  if (sum < retentionSeconds) return [];
  const message = `adds up to ${sum} seconds; it must stay below the ${retentionSeconds} for which events are kept`;
  return [{ pointer: '/retrySchedule', code: 'out_of_range', message }];
}

/** A patch may name one of the two; the endpoint needs both. */
function checkRateLimit(rateLimit: Partial<RateLimit> | null, { retentionSeconds }: EndpointRules): FieldError[] {
  if (rateLimit === null) return [];
  const { limit, periodSeconds } = rateLimit;
  const missing = (field: string) => ({ pointer: `/rateLimit/${field}`, code: 'required', message: 'is required' });
  if (limit === undefined) return [missing('limit')];
  if (periodSeconds === undefined) return [missing('periodSeconds')];
  const everySeconds = slotIntervalMs({ limit, periodSeconds }) / 1000;
  if (everySeconds < retentionSeconds) return [];
  const message = `lets one request go every ${everySeconds} seconds; events are kept for ${retentionSeconds} only`;
  return [{ pointer: '/rateLimit', code: 'out_of_range', message }];
}

function settleRateLimit(rateLimit: Partial<RateLimit> | null): RateLimit | null {
  return rateLimit === null ? null : { limit: rateLimit.limit!, periodSeconds: rateLimit.periodSeconds! };
}

function checkRotation({ rotateSecretsEveryDays, rotationGraceSeconds }: EndpointDocument): FieldError[] {
  if (rotateSecretsEveryDays == null || rotationGraceSeconds == null) return [];
  const longest = longestGraceSeconds(rotateSecretsEveryDays, MAX_SECRETS);
  if (rotationGraceSeconds <= longest) return [];
  const message = `must be at most ${longest} where secrets are rotated every ${rotateSecretsEveryDays} days, for no more than ${MAX_SECRETS} may live at once`;
  return [{ pointer: '/rotationGraceSeconds', code: 'out_of_range', message }];
}

function checkMetadata(metadata: JsonObject): FieldError[] {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= MAX_METADATA_BYTES) return [];
  const message = `has ${bytes} bytes; at most ${MAX_METADATA_BYTES} are allowed`;
  return [{ pointer: '/metadata', code: 'too_long', message }];
}
