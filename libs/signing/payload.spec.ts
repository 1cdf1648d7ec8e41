import { describe, expect, it } from 'vitest';
import { formatPayload, type PayloadEvent } from './payload.js';

const anEvent = (over: Partial<PayloadEvent> = {}): PayloadEvent => ({
  id: 'evt_01h455vb4pex5vsknk084sn02q',
  uid: null,
  type: 'payment.succeeded',
  occurredAt: '2026-11-24T12:00:00.000Z',
  subject: null,
  schemaVersion: null,
  correlationId: null,
  data: '{"amount":12345678901234567890,"rate":1.0,"constructor":"c","ü":"é"}',
  metadata: null,
  ...over,
});

describe(formatPayload.name, () => {
  it('leaves out what the event does not have', () => {
    expect(formatPayload(anEvent({ data: '1.0' }))).toBe(
      '{"id":"evt_01h455vb4pex5vsknk084sn02q","type":"payment.succeeded","timestamp":"2026-11-24T12:00:00.000Z","data":1.0}',
    );
  });

  it('keeps the published data byte for byte', () => {
    const event = anEvent();
    expect(formatPayload(event)).toContain(`"data":${event.data}`);
  });

  it('is JSON whatever the texts hold', () => {
    const texts = { uid: 'a"b', subject: 'order/"4711"\\', schemaVersion: '2', correlationId: 'c\n' };
    expect(JSON.parse(formatPayload(anEvent({ ...texts, metadata: '{"k":1}' })))).toMatchObject({
      ...texts,
      metadata: { k: 1 },
    });
  });
});
