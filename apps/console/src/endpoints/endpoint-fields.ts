import type { Endpoint } from './endpoint.js';

/** An endpoint as it stands in a form: text, numbers or nothing. */
export interface EndpointFields extends Record<string, unknown> {
  url: string;
  description: string;
  uid: string;
  eventTypes: string[];
  headers: string;
  payloadFormat: string;
  schemes: string[];
  ownSchemes: string;
  ordering: string;
  maxInFlight: string | number;
  rateLimit: string | number;
  ratePeriod: string | number;
  timeoutSeconds: string | number;
  retrySchedule: string;
  metadata: string;
  auth: Readonly<Record<string, string>> | null;
}

/** Schemes that need no more than their name; the others are written out. */
export const PLAIN_SCHEMES = ['standard', 'standard-ed25519', 'github', 'stripe', 'slack', 'timestamped'];
export const PAYLOAD_FORMATS = ['standard', 'data', 'cloudevents', 'slack', 'form'];

/** The fields of each kind of `auth`; those that end in `*` are secrets. */
export const AUTH_FIELDS: Readonly<Record<string, readonly string[]>> = {
  basic: ['username', 'password*'],
  bearer: ['token*'],
  header: ['name', 'value*'],
  oauth2: ['tokenUrl', 'clientId', 'clientSecret*', 'scope', 'audience'],
  mtls: ['certificate', 'privateKey*', 'passphrase*'],
};

/** Thrown where the form itself sees that something cannot be meant; `field` says where. */
export class FieldMistake extends Error {
  constructor(
    readonly field: keyof EndpointFields & string,
    message: string,
  ) {
    super(message);
  }
}

export function toFields(endpoint: Endpoint | null): EndpointFields {
  const signing = endpoint?.signing ?? [{ scheme: 'standard' }];
  const own = signing.filter(({ scheme }) => !PLAIN_SCHEMES.includes(scheme));
  return {
    url: endpoint?.url ?? '',
    description: endpoint?.description ?? '',
    uid: endpoint?.uid ?? '',
    eventTypes: ['*'],
    headers: Object.entries(endpoint?.headers ?? {})
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    payloadFormat: endpoint?.payloadFormat ?? 'standard',
    schemes: signing.map(({ scheme }) => scheme).filter((scheme) => PLAIN_SCHEMES.includes(scheme)),
    ownSchemes: own.length === 0 ? '' : JSON.stringify(own, null, 2),
    ordering: endpoint?.ordering ?? 'none',
    maxInFlight: endpoint?.maxInFlight ?? '',
    rateLimit: endpoint?.rateLimit?.limit ?? '',
    ratePeriod: endpoint?.rateLimit?.periodSeconds ?? '',
    timeoutSeconds: endpoint?.timeoutSeconds ?? '',
    retrySchedule: endpoint?.retrySchedule?.join(', ') ?? '',
    metadata: isEmpty(endpoint?.metadata) ? '' : JSON.stringify(endpoint?.metadata, null, 2),
    auth: endpoint?.auth ?? null,
  };
}

/** What changes between two states of the form, as the API takes it: what was left alone is not sent. */
export function toChanges(now: EndpointFields, before: EndpointFields): Record<string, unknown> {
  const wanted = toBody(now);
  const had = toBody(before);
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(had[name])),
  );
}

function toBody(fields: EndpointFields): Record<string, unknown> {
  return {
    url: fields.url.trim(),
    description: fields.description || null,
    uid: fields.uid.trim() || null,
    headers: toHeaders(fields.headers),
    payloadFormat: fields.payloadFormat,
    signing: [...fields.schemes.map((scheme) => ({ scheme })), ...toSchemes(fields.ownSchemes)],
    ordering: fields.ordering,
    maxInFlight: toNumber(fields.maxInFlight),
    rateLimit:
      fields.rateLimit === ''
        ? null
        : { limit: Number(fields.rateLimit), periodSeconds: Number(fields.ratePeriod || 1) },
    timeoutSeconds: toNumber(fields.timeoutSeconds),
    retrySchedule: toSchedule(fields.retrySchedule),
    metadata: fields.metadata.trim() === '' ? {} : parse('metadata', fields.metadata),
    auth: fields.auth,
  };
}

function toHeaders(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new FieldMistake('headers', `is not of the form Name: value — “${line}”`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

function toSchemes(text: string): unknown[] {
  if (text.trim() === '') return [];
  const value = parse('ownSchemes', text);
  return Array.isArray(value) ? value : [value];
}

function toSchedule(text: string): number[] | null {
  if (text.trim() === '') return null;
  const numbers = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  if (numbers.some(Number.isNaN)) throw new FieldMistake('retrySchedule', 'must be numbers of seconds');
  return numbers;
}

function toNumber(value: string | number): number | null {
  return value === '' ? null : Number(value);
}

function parse(field: 'metadata' | 'ownSchemes', text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FieldMistake(field, 'is not JSON');
  }
}

function isEmpty(value: object | undefined): boolean {
  return value === undefined || Object.keys(value).length === 0;
}
