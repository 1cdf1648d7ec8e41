import type { OpenAPIObject } from '@nestjs/swagger';

type Webhooks = NonNullable<OpenAPIObject['webhooks']>;

const text = (description: string) => ({ type: 'string' as const, description });

/** What a receiver gets. Headers first: they are what a signature is checked with. */
const HEADERS = {
  'webhook-id': text("The event's id: the same for every attempt and replay, so the key to tell duplicates by."),
  'webhook-timestamp': text('Unix seconds of this attempt.'),
  'webhook-signature': text('`v1,<base64>` of HMAC-SHA256 over `id.timestamp.body`; one per live secret, by spaces.'),
  'posthorn-event-type': text('Such as `payment.succeeded`.'),
  'posthorn-delivery': text('The delivery (`dlv_…`); a replay has its own.'),
  'posthorn-attempt': text('1 for the first request of this delivery.'),
  'posthorn-replay-of': text('The delivery that this one replays; only on replays.'),
  traceparent: text('When the publisher sent one.'),
};

const OPTIONAL = new Set(['posthorn-replay-of', 'traceparent']);

/** The requests that Posthorn makes: for OpenAPI a webhook is an operation of the other side. */
export function webhooks(): Webhooks {
  return {
    event: {
      post: {
        operationId: 'receiveEvent',
        summary: 'One event, for one endpoint',
        description:
          'Signed as Standard Webhooks say. Answer 2xx within the timeout; anything else is tried again on the schedule, 410 ends it. Delivered at least once.',
        parameters: Object.entries(HEADERS).map(([name, schema]) => ({
          name,
          in: 'header' as const,
          required: !OPTIONAL.has(name),
          schema,
        })),
        requestBody: { required: true, content: { 'application/json': { schema: ENVELOPE } } },
        responses: {
          '2XX': { description: 'Delivered.' },
          '410': { description: 'Do not send anything here again: the endpoint is disabled.' },
        },
      },
    },
  };
}

const ENVELOPE = {
  type: 'object' as const,
  description: 'With `payloadFormat: "standard"`; with `"data"` the body is only the data.',
  required: ['id', 'type', 'timestamp', 'data'],
  properties: {
    id: text('`evt_…`'),
    uid: text("The publisher's own id of the event."),
    type: text('Such as `payment.succeeded`.'),
    timestamp: { type: 'string' as const, format: 'date-time', description: 'When it happened.' },
    subject: text('The business key, such as `order/4711`.'),
    schemaVersion: text('Version of the schema of `data`.'),
    correlationId: text('Ties related events together.'),
    data: { description: 'Byte for byte as it was published.' },
    metadata: { type: 'object' as const, additionalProperties: true },
  },
};
