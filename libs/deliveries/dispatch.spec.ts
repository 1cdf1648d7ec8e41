import { newUuid, toTypeId } from '#kernel';
import { describe, expect, it } from 'vitest';
import { type EventContent, toWireEvent } from './dispatch.js';

const anEvent = (over: Partial<EventContent> = {}): EventContent => ({
  id: newUuid(1_764_000_000_000),
  uid: null,
  type: 'a.b',
  occurredAtMs: 1_764_000_000_000,
  subject: null,
  source: null,
  schemaVersion: null,
  correlationId: null,
  data: '{"x": 1.0}',
  metadata: null,
  headers: null,
  traceparent: null,
  expiresAtMs: null,
  ...over,
});

describe(toWireEvent.name, () => {
  it.each([[null], ['{"k":"v"}']])('knows where the data stands in the body (metadata %s)', (metadata) => {
    const event = toWireEvent(anEvent({ metadata, subject: 'data":{"x": 1.0}' }));
    expect(event.body?.slice(event.dataStart, event.dataEnd)).toBe('{"x": 1.0}');
  });

  it('names the event by its outside id', () => {
    const event = anEvent();
    expect(JSON.parse(toWireEvent(event).body!)).toMatchObject({ id: toTypeId('evt', event.id) });
  });

  it('flattens the event headers', () => {
    expect(toWireEvent(anEvent({ headers: '{"x-a":"1","x-b":"2"}' })).headers).toEqual(['x-a', '1', 'x-b', '2']);
  });
});
