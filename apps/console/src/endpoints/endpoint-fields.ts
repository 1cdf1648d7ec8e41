import { toMergePatch } from '../api/merge-patch.js';
import { FieldMistake, type NumberField, readJson, readNumber, toMetadataText } from '../ui/form-errors.js';
import { AUTH_FIELDS, type CredentialField, TLS_FIELDS } from './credentials.js';
import type { Endpoint } from './endpoint.js';
import { type SchemeFields, toEntry, toSchemeFields } from './signing-schemes.js';

export interface HeaderFields {
  name: string;
  value: string;
}

/** An endpoint as it stands in a form, by the names that the API has for it. */
export interface EndpointFields extends Record<string, unknown> {
  url: string;
  description: string;
  uid: string;
  eventTypes: string[];
  secret: string;
  secretEncoding: string | null;
  rotateSecretsEveryDays: NumberField;
  rotationGraceSeconds: NumberField;
  headers: HeaderFields[];
  payloadFormat: string;
  signing: SchemeFields[];
  ordering: string;
  maxInFlight: NumberField;
  rateLimit: { limit: NumberField; periodSeconds: NumberField };
  timeoutSeconds: NumberField;
  retrySchedule: string;
  metadata: string;
  auth: Record<string, string>;
  tls: Record<string, string>;
}

export const PAYLOAD_FORMATS = [
  { value: 'standard', label: 'standard: id, type, timestamp and data' },
  { value: 'data', label: 'data: only the data, byte for byte' },
  { value: 'cloudevents', label: 'cloudevents: CloudEvents 1.0' },
  { value: 'slack', label: 'slack: a message for an incoming webhook' },
  { value: 'form', label: 'form: payload= with the standard envelope' },
];

export function toFields(endpoint: Endpoint | null): EndpointFields {
  const signing = endpoint?.signing ?? [{ scheme: 'standard' }];
  return {
    url: endpoint?.url ?? '',
    description: endpoint?.description ?? '',
    uid: endpoint?.uid ?? '',
    eventTypes: ['*'],
    secret: '',
    secretEncoding: null,
    rotateSecretsEveryDays: endpoint?.rotateSecretsEveryDays ?? '',
    rotationGraceSeconds: endpoint?.rotationGraceSeconds ?? '',
    headers: Object.entries(endpoint?.headers ?? {}).map(([name, value]) => ({ name, value })),
    payloadFormat: endpoint?.payloadFormat ?? 'standard',
    signing: signing.map(toSchemeFields),
    ordering: endpoint?.ordering ?? 'none',
    maxInFlight: endpoint?.maxInFlight ?? '',
    rateLimit: { limit: endpoint?.rateLimit?.limit ?? '', periodSeconds: endpoint?.rateLimit?.periodSeconds ?? '' },
    timeoutSeconds: endpoint?.timeoutSeconds ?? '',
    retrySchedule: fromSchedule(endpoint?.retrySchedule ?? null),
    metadata: toMetadataText(endpoint?.metadata),
    auth: { type: 'none', ...blankOf(Object.values(AUTH_FIELDS).flat()), ...endpoint?.auth },
    tls: { ...blankOf(TLS_FIELDS), ...endpoint?.tls },
  };
}

function blankOf(fields: readonly CredentialField[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name }) => [name, '']));
}

/** A new endpoint, as the API takes it: what was left as it is at first is not sent. */
export function toCreation(fields: EndpointFields): Record<string, unknown> {
  const { eventTypes, secret, secretEncoding, url } = fields;
  return {
    ...toMergePatch(toBody(toFields(null)), toBody(fields)),
    // An address that is missing is told by the API itself, in its own words.
    url: url.trim(),
    eventTypes,
    ...(secret === '' ? {} : { secret, ...(secretEncoding === null ? {} : { secretEncoding }) }),
  };
}

/** What changes between two states of the form, as a merge patch. */
export function toChanges(now: EndpointFields, before: EndpointFields): Record<string, unknown> {
  return toMergePatch(toBody(before), toBody(now));
}

function toBody(fields: EndpointFields): Record<string, unknown> {
  return {
    url: fields.url.trim(),
    description: fields.description || undefined,
    uid: fields.uid.trim() || undefined,
    headers: toHeaders(fields.headers),
    payloadFormat: fields.payloadFormat,
    signing: fields.signing.map(toEntry),
    rotateSecretsEveryDays: readNumber('rotateSecretsEveryDays', fields.rotateSecretsEveryDays),
    rotationGraceSeconds: readNumber('rotationGraceSeconds', fields.rotationGraceSeconds),
    ordering: fields.ordering,
    maxInFlight: readNumber('maxInFlight', fields.maxInFlight),
    rateLimit: toRateLimit(fields.rateLimit),
    timeoutSeconds: readNumber('timeoutSeconds', fields.timeoutSeconds),
    retrySchedule: toSchedule(fields.retrySchedule),
    metadata: readJson('metadata', fields.metadata) ?? {},
    auth: toAuth(fields.auth),
    tls: toTls(fields.tls),
  };
}

function toHeaders(rows: readonly HeaderFields[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap(({ name, value }, index) => {
      if (name.trim() === '' && value === '') return [];
      if (name.trim() === '') throw new FieldMistake(`headers.${index}.name`, 'must be given');
      return [[name.trim(), value]];
    }),
  );
}

function toRateLimit({ limit, periodSeconds }: EndpointFields['rateLimit']): object | undefined {
  if (limit === '') return undefined;
  return {
    limit: readNumber('rateLimit.limit', limit),
    periodSeconds: readNumber('rateLimit.periodSeconds', periodSeconds) ?? 1,
  };
}

function fromSchedule(seconds: readonly number[] | null): string {
  return seconds?.length === 0 ? 'none' : (seconds?.join(', ') ?? '');
}

function toSchedule(text: string): number[] | undefined {
  if (text.trim() === '') return undefined;
  if (text.trim() === 'none') return [];
  const numbers = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  if (numbers.some(Number.isNaN)) throw new FieldMistake('retrySchedule', 'must be numbers of seconds, or none');
  return numbers;
}

function toAuth(auth: EndpointFields['auth']): Record<string, string> | undefined {
  const fields = AUTH_FIELDS[auth['type'] ?? ''];
  return fields === undefined ? undefined : { type: auth['type']!, ...given(auth, fields) };
}

function toTls(tls: EndpointFields['tls']): Record<string, string> | undefined {
  const wanted = given(tls, TLS_FIELDS);
  return Object.keys(wanted).length === 0 ? undefined : wanted;
}

function given(values: Readonly<Record<string, string>>, fields: readonly CredentialField[]): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap(({ name, mayBeEmpty }) => {
      const value = values[name] ?? '';
      return value !== '' || mayBeEmpty ? [[name, value]] : [];
    }),
  );
}

/** A header is pointed at by its name, and stands in a row. */
export function renameEndpointField(parts: readonly string[], fields: EndpointFields): readonly string[] {
  const [first, name] = parts;
  if (first !== 'headers' || name === undefined) return parts;
  const row = fields.headers.findIndex((header) => header.name.trim().toLowerCase() === name.toLowerCase());
  return row < 0 ? parts : ['headers', String(row), 'name'];
}
