import { type FieldError, toPointerToken } from '#kernel';
import { isEventType, refuseHeader } from '#policy';
import type { EventDraft } from './event-draft.js';
import type { JsonScanner } from './json-scanner.js';

/** The bounds of one event; all configurable, sizes in bytes of UTF-8 unless they say characters. */
export interface EventLimits {
  readonly maxEventBytes: number;
  readonly maxMetadataBytes: number;
  readonly maxDepth: number;
  /** Events that one batch may hold. */
  readonly maxBatchEvents: number;
}

export const DEFAULT_EVENT_LIMITS: EventLimits = {
  maxEventBytes: 1_048_576,
  maxMetadataBytes: 16_384,
  maxDepth: 100,
  maxBatchEvents: 1_000,
};

export type ReadEvent =
  | { readonly draft: EventDraft }
  | {
      readonly refusal: 'validation_failed' | 'duplicate_key' | 'too_deep' | 'too_large';
      readonly errors: readonly FieldError[];
    };

const MAX_TEXT = 256;
const MAX_CHANNELS = 20;
const MAX_HEADERS = 20;

const FIELDS = new Set([
  'tenant',
  'type',
  'data',
  'uid',
  'subject',
  'source',
  'occurredAt',
  'correlationId',
  'schemaVersion',
  'channels',
  'metadata',
  'headers',
  'endpoint',
  'deliverAt',
  'orderingKey',
  'expiresAt',
]);

/**
 * Reads the event that the scanner stands before, and goes past it. `parsed` is what `JSON.parse` made of it (it tells
 * what is there), the scanner tells where: `data` and `metadata` are taken from the text and never written anew.
 * `pointer` leads the errors' paths (RFC 6901). Written by hand, for it runs for every event published.
 */
export function readEvent(
  scanner: JsonScanner,
  parsed: unknown,
  pointer: string,
  traceparent: string | null,
  limits: EventLimits,
): ReadEvent {
  if (!isObject(parsed)) {
    scanner.skipValue();
    return invalid([{ pointer, code: 'wrong_type', message: 'must be an object' }]);
  }
  const reader = new FieldReader(parsed, pointer);
  const texts = readMembers(scanner, reader);
  const structural = checkStructure(scanner.text, texts, pointer, limits);
  if (structural) return structural;

  const draft: EventDraft = {
    tenant: reader.requiredText('tenant') ?? '',
    type: readType(reader),
    data: texts.data ?? reader.missing('data'),
    dataValue: parsed['data'],
    uid: reader.text('uid'),
    subject: reader.text('subject'),
    source: reader.text('source'),
    occurredAtMs: reader.time('occurredAt'),
    correlationId: reader.text('correlationId'),
    schemaVersion: reader.text('schemaVersion'),
    channels: reader.texts('channels', MAX_CHANNELS),
    metadata: readMetadata(reader, texts.metadata, limits),
    headers: readHeaders(reader),
    endpoint: reader.text('endpoint'),
    deliverAtMs: reader.time('deliverAt'),
    orderingKey: reader.text('orderingKey'),
    expiresAtMs: reader.time('expiresAt'),
    traceparent,
  };
  checkTimes(reader, draft);
  return reader.errors.length > 0 ? invalid(reader.errors) : { draft };
}

/** What the text tells of an event that the parsed value does not. */
interface EventTexts {
  data: string | null;
  metadata: string | null;
  /** A key that stands twice. */
  repeated: string | null;
  /** Levels of nesting, the event's own included. */
  depth: number;
  /** From brace to brace. */
  start: number;
  end: number;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(errors: readonly FieldError[]): ReadEvent {
  return { refusal: 'validation_failed', errors };
}

/** Goes through the members once, and notes the names that are not an event's. */
function readMembers(scanner: JsonScanner, reader: FieldReader): EventTexts {
  const { text } = scanner;
  const texts: EventTexts = { data: null, metadata: null, repeated: null, depth: 0, start: 0, end: 0 };
  const seen: string[] = [];
  scanner.deepest = 0;
  scanner.enter();
  texts.start = scanner.at - 1;
  while (scanner.hasMore()) {
    const key = scanner.readKey();
    const start = scanner.at;
    scanner.skipValue();
    if (seen.includes(key)) texts.repeated ??= key;
    seen.push(key);
    if (key === 'data') texts.data = text.slice(start, scanner.at);
    else if (key === 'metadata') texts.metadata = text.slice(start, scanner.at);
    else if (!FIELDS.has(key)) reader.fail(toPointerToken(key), 'unknown_field', 'is not a field of an event');
  }
  texts.end = scanner.at;
  texts.depth = scanner.deepest + 1;
  return texts;
}

function checkStructure(text: string, texts: EventTexts, pointer: string, limits: EventLimits): ReadEvent | null {
  if (texts.repeated !== null) {
    const at = `${pointer}/${toPointerToken(texts.repeated)}`;
    return { refusal: 'duplicate_key', errors: [{ pointer: at, code: 'duplicate_key', message: 'stands twice' }] };
  }
  // No text of fewer characters can have more than three bytes each: most events need not be measured.
  const isLarge = (texts.end - texts.start) * 3 > limits.maxEventBytes;
  if (isLarge && Buffer.byteLength(text.slice(texts.start, texts.end)) > limits.maxEventBytes) {
    const message = `is larger than ${limits.maxEventBytes} bytes`;
    return { refusal: 'too_large', errors: [{ pointer, code: 'too_large', message }] };
  }
  if (texts.depth > limits.maxDepth) {
    const message = `is nested deeper than ${limits.maxDepth} levels`;
    return { refusal: 'too_deep', errors: [{ pointer, code: 'too_deep', message }] };
  }
  return null;
}

function readType(reader: FieldReader): string {
  const type = reader.requiredText('type', 128);
  if (type === null) return '';
  if (!isEventType(type)) {
    reader.fail('type', 'invalid', 'must be words of A-Z a-z 0-9 _ - separated by dots, at most 128 characters in all');
  } else if (type.startsWith('posthorn.')) {
    reader.fail('type', 'reserved', 'types beginning "posthorn." are the platform\'s own');
  }
  return type;
}

/** What has expired before its time would never be sent, which nobody means. */
function checkTimes(reader: FieldReader, { deliverAtMs, expiresAtMs }: EventDraft): void {
  if (deliverAtMs !== null && expiresAtMs !== null && expiresAtMs <= deliverAtMs) {
    reader.fail('expiresAt', 'invalid', 'must be after deliverAt');
  }
}

function readMetadata(reader: FieldReader, text: string | null, limits: EventLimits): string | null {
  const value = reader.object('metadata');
  if (value === null || text === null) return null;
  if (Buffer.byteLength(text) > limits.maxMetadataBytes) {
    reader.fail('metadata', 'too_large', `must be at most ${limits.maxMetadataBytes} bytes`);
  }
  return text;
}

function readHeaders(reader: FieldReader): string | null {
  const value = reader.object('headers');
  if (value === null) return null;
  const entries = Object.entries(value);
  if (entries.length > MAX_HEADERS) reader.fail('headers', 'too_many', `must be at most ${MAX_HEADERS} headers`);
  for (const [name, content] of entries) {
    const refusal = refuseHeader(name, content);
    if (refusal !== null) reader.fail(`headers/${toPointerToken(name)}`, 'invalid', refusal);
  }
  return entries.length === 0 ? null : JSON.stringify(value);
}

/** ISO 8601 with date, time and offset: nothing that depends on where the server stands. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Reads typed fields of one object and collects what is wrong with them. Null stands for absent. */
class FieldReader {
  readonly errors: FieldError[] = [];

  constructor(
    private readonly fields: Record<string, unknown>,
    private readonly pointer: string,
  ) {}

  fail(key: string, code: string, message: string): void {
    this.errors.push({ pointer: `${this.pointer}/${key}`, code, message });
  }

  missing(key: string): '' {
    this.fail(key, 'required', 'is required');
    return '';
  }

  requiredText(key: string, maxCharacters = MAX_TEXT): string | null {
    return this.fields[key] === undefined || this.fields[key] === null
      ? this.missing(key) || null
      : this.text(key, maxCharacters);
  }

  text(key: string, maxCharacters = MAX_TEXT): string | null {
    const value = this.fields[key];
    if (value === undefined || value === null) return null;
    return this.checkText(key, value, maxCharacters);
  }

  texts(key: string, most: number): string[] | null {
    const value = this.fields[key];
    if (value === undefined || value === null) return null;
    if (!Array.isArray(value)) {
      this.fail(key, 'wrong_type', 'must be an array of strings');
      return null;
    }
    if (value.length === 0 || value.length > most) this.fail(key, 'wrong_length', `must have 1 to ${most} elements`);
    return value.slice(0, most).map((element, index) => this.checkText(`${key}/${index}`, element, MAX_TEXT) ?? '');
  }

  time(key: string): number | null {
    const value = this.text(key, 64);
    if (value === null) return null;
    const ms = TIME.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms) || ms < 0) {
      this.fail(key, 'invalid', 'must be a time such as 2026-11-24T12:00:00Z');
      return null;
    }
    return ms;
  }

  object(key: string): Record<string, unknown> | null {
    const value = this.fields[key];
    if (value === undefined || value === null) return null;
    if (isObject(value)) return value;
    this.fail(key, 'wrong_type', 'must be an object');
    return null;
  }

  private checkText(key: string, value: unknown, maxCharacters: number): string | null {
    if (typeof value !== 'string') this.fail(key, 'wrong_type', 'must be a string');
    else if (value.length === 0) this.fail(key, 'too_short', 'must not be empty');
    else if (value.length > maxCharacters) this.fail(key, 'too_long', `must be at most ${maxCharacters} characters`);
    else if (value.includes('\0')) this.fail(key, 'invalid', 'must not hold the NUL character');
    else if (!value.isWellFormed())
      this.fail(key, 'invalid', 'holds half of a surrogate pair, which has no UTF-8 form');
    else return value;
    return null;
  }
}
