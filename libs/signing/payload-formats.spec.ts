import { describe, expect, it } from 'vitest';
import { formatPayload, type PayloadEvent, type StandardBody } from './payload.js';
import { formatBody } from './payload-formats.js';

const DATA = '{"amount":12345678901234567890,"rate":1.0,"ü":"é"}';

function anEvent({ source = null, ...over }: Partial<PayloadEvent> & { source?: string | null } = {}): StandardBody {
  const event = {
    id: 'evt_1',
    uid: null,
    type: 'payment.succeeded',
    occurredAt: '2026-11-24T12:00:00.000Z',
    subject: null,
    schemaVersion: null,
    correlationId: null,
    data: DATA,
    metadata: null,
    ...over,
  };
  const body = formatPayload(event);
  const dataStart = body.indexOf(event.data);
  return { body, dataStart, dataEnd: dataStart + event.data.length, source };
}

const EVERYTHING = {
  uid: 'u"1',
  subject: 'order/4711',
  schemaVersion: '2',
  correlationId: 'c',
  metadata: '{"big":12345678901234567890}',
  source: 'billing service/ü',
};

describe(formatBody.name, () => {
  it('gives the data alone, byte for byte', () => {
    expect(formatBody('data', anEvent(EVERYTHING))).toBe(DATA);
  });

  it('gives a CloudEvent in its structured form, with the data byte for byte', () => {
    const body = formatBody('cloudevents', anEvent(EVERYTHING));
    expect(body.endsWith(`,"data":${DATA}}`)).toBe(true);
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: 'evt_1',
      source: 'billing%20service/%C3%BC',
      type: 'payment.succeeded',
      time: '2026-11-24T12:00:00.000Z',
      subject: 'order/4711',
      datacontenttype: 'application/json',
      eventuid: 'u"1',
      schemaversion: '2',
      correlationid: 'c',
      metadata: '{"big":12345678901234567890}',
      data: JSON.parse(DATA) as unknown,
    });
  });

  it('gives a CloudEvent no more than its event has, but always a source', () => {
    expect(Object.keys(JSON.parse(formatBody('cloudevents', anEvent())) as object)).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'time',
      'datacontenttype',
      'data',
    ]);
    expect(formatBody('cloudevents', anEvent({ source: '\ud800' }))).toContain('"source":"%EF%BF%BD"');
  });

  it.each(['null', '"text"', '[1.0]', '7'])('takes any data: %s', (data) => {
    expect(formatBody('cloudevents', anEvent({ data }))).toContain(`"data":${data}}`);
    expect(JSON.parse(formatBody('slack', anEvent({ data })))).toHaveProperty('text');
  });

  it('gives Slack a text that shows what happened, with nothing that Slack would read as its own', () => {
    const data = '{"note":"<!channel> & co"}';
    expect(JSON.parse(formatBody('slack', anEvent({ data, subject: '<b>' })))).toEqual({
      text: '*payment.succeeded* &lt;b&gt;\n```{"note":"&lt;!channel&gt; &amp; co"}```',
    });
  });

  it('cuts what Slack would not show', () => {
    const { text } = JSON.parse(formatBody('slack', anEvent({ data: `"${'x'.repeat(5_000)}"` }))) as { text: string };
    expect(text.length).toBeLessThan(3_100);
    expect(text).toMatch(/…```$/);
  });

  it.each(['{"text":"hi", "n":1.0}', '{"blocks":[]}', '{"attachments":[]}'])(
    'gives Slack data that is a message already as it is: %s',
    (data) => {
      expect(formatBody('slack', anEvent({ data }))).toBe(data);
    },
  );

  it('gives a form with the standard body in one field', () => {
    const event = anEvent(EVERYTHING);
    const form = new URLSearchParams(formatBody('form', event));
    expect([...form]).toEqual([['payload', event.body]]);
  });
});
