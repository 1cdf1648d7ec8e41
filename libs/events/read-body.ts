import { isUtf8 } from 'node:buffer';
import { PosthornError } from '#kernel';
import { JsonScanner } from './json-scanner.js';
import { type EventLimits, isObject, type ReadEvent, readEvent } from './read-event.js';

/** The body of `POST /v1/events`. Throws a {@link PosthornError} when the body as a whole is not JSON. */
export function readSingle(body: Buffer, traceparent: string | null, limits: EventLimits): ReadEvent {
  const text = decode(body);
  const parsed = parse(text);
  return readEvent(new JsonScanner(text), parsed, '', traceparent, limits);
}

/**
 * The body of `POST /v1/events/batch`, `{"events": […]}`: one answer per event, in order. Throws a
 * {@link PosthornError} when the body as a whole cannot be read.
 */
export function readBatch(body: Buffer, traceparent: string | null, limits: EventLimits): ReadEvent[] {
  const text = decode(body);
  const events = batchEvents(parse(text), limits.maxBatchEvents);
  const scanner = new JsonScanner(text);
  scanner.enter();
  scanner.hasMore();
  const read = scanner.readKey() === 'events' ? readAll(scanner, events, traceparent, limits) : null;
  if (read === null || scanner.hasMore()) throw refuse(`/${unknownMember(text)}`, 'unknown_field', ONLY_EVENTS);
  return read;
}

const ONLY_EVENTS = 'only "events" is known here, once';

/**
 * Reads the array that the scanner stands before, of which `events` was parsed. Null when that is another one: of two
 * members with one key, `JSON.parse` keeps the last.
 */
function readAll(
  scanner: JsonScanner,
  events: readonly unknown[],
  traceparent: string | null,
  limits: EventLimits,
): ReadEvent[] | null {
  if (!scanner.isAtArray()) return null;
  const read: ReadEvent[] = [];
  for (scanner.enter(); scanner.hasMore(); ) {
    const event = events[read.length];
    if (scanner.isAtObject() !== isObject(event)) return null;
    read.push(readEvent(scanner, event, `/events/${read.length}`, traceparent, limits));
  }
  return read.length === events.length ? read : null;
}

/** Of a batch with members that it must not have: the first of them, or `events` when it is there twice. */
function unknownMember(text: string): string {
  const scanner = new JsonScanner(text);
  for (scanner.enter(); scanner.hasMore(); scanner.skipValue()) {
    const key = scanner.readKey();
    if (key !== 'events') return key;
  }
  return 'events';
}

function batchEvents(parsed: unknown, most: number): unknown[] {
  const events = typeof parsed === 'object' && parsed !== null ? (parsed as { events?: unknown }).events : undefined;
  if (!Array.isArray(events)) throw refuse('/events', 'required', 'must be an array of events');
  if (events.length === 0) throw refuse('/events', 'wrong_length', 'must hold at least one event');
  if (events.length > most) {
    throw refuse('/events', 'wrong_length', `must hold at most ${most} events; this batch has ${events.length}`);
  }
  return events;
}

function refuse(pointer: string, code: string, message: string): PosthornError {
  return new PosthornError('validation_failed', `${pointer} ${message}`, { errors: [{ pointer, code, message }] });
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw new PosthornError('invalid_utf8', 'The body is not valid UTF-8.');
  const text = body.toString('utf8');
  return text.charCodeAt(0) === 0xfe_ff ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new PosthornError('malformed_json', `The body is not JSON: ${(error as Error).message}.`);
  }
}
