import type { OpenAPIObject } from '@nestjs/swagger';
import { type FieldNote, OPERATIONAL_EVENTS } from '#endpoints';
import { VERIFICATION_EVENT_TYPE } from '#policy';

type Webhooks = NonNullable<OpenAPIObject['webhooks']>;

const text = (description: string) => ({ type: 'string' as const, description });

/** What a receiver gets. Headers first: they are what a signature is checked with. */
const HEADERS = {
  'webhook-id': text("The event's id: the same for every attempt and replay, so the key to tell duplicates by."),
  'webhook-timestamp': text('Unix seconds of this attempt.'),
  'webhook-signature': text(
    '`v1,<base64>` of HMAC-SHA256 over `id.timestamp.body`, `v1a,<base64>` of Ed25519 over the same; one per live secret, ' +
      'by spaces. Only with the schemes `standard` and `standard-ed25519`: others have headers of their own.',
  ),
  'posthorn-event-type': text('Such as `payment.succeeded`.'),
  'posthorn-delivery': text('The delivery (`dlv_…`); a replay has its own.'),
  'posthorn-attempt': text('1 for the first request of this delivery.'),
  'posthorn-replay-of': text('The delivery that this one replays; only on replays.'),
  traceparent: text('When the publisher sent one.'),
};

const OPTIONAL = new Set(['webhook-signature', 'posthorn-replay-of', 'traceparent']);

/**
 * The requests that Posthorn makes: for OpenAPI a webhook is an operation of the other side. What is published by others
 * is described as one, and each of the platform's own events by its name.
 */
export function webhooks(): Webhooks {
  const own = Object.entries(OPERATIONAL_EVENTS).map(([type, { when, data }]) => [
    type,
    webhook(
      toOperationId(type),
      when,
      'An event of the platform itself, for endpoints that subscribe to it by name.',
      envelopeOf(type, data),
    ),
  ]);
  return {
    event: webhook('receiveEvent', 'One event, for one endpoint', DESCRIPTION, ENVELOPE),
    ...Object.fromEntries(own),
    [VERIFICATION_EVENT_TYPE]: webhook(
      toOperationId(VERIFICATION_EVENT_TYPE),
      'Prove that this endpoint wants its traffic',
      'Sent when somebody asks for it with `POST …/{endpoint}/verify`. Answer with the challenge.',
      envelopeOf(VERIFICATION_EVENT_TYPE, VERIFICATION_DATA),
      PROOF,
    ),
  };
}

const VERIFICATION_DATA: Readonly<Record<string, FieldNote>> = {
  challenge: ['text', false, 'To be answered with.'],
  endpoint: ['text', false, 'The endpoint, `ep_…`.'],
  expiresAt: ['time', false, "Until when somebody may give the challenge in the receiver's stead."],
};

const PROOF = {
  description: 'The challenge, as JSON or alone.',
  content: {
    'application/json': {
      schema: { type: 'object' as const, required: ['challenge'], properties: { challenge: text('As it came.') } },
    },
    'text/plain': { schema: text('The challenge as it came.') },
  },
};

const DESCRIPTION =
  "Signed as Standard Webhooks say, or as the endpoint's `signing` does. Answer 2xx within the timeout; anything else is tried again on the schedule, 410 ends it. Delivered at least once.";

/** The standard envelope of events of one type. */
function envelopeOf(type: string, data: Readonly<Record<string, FieldNote>>): object {
  const properties = { ...ENVELOPE.properties, type: { type: 'string', enum: [type] }, data: toDataSchema(data) };
  return { ...ENVELOPE, properties };
}

function webhook(
  operationId: string,
  summary: string,
  description: string,
  schema: object,
  success: { readonly description: string } = { description: 'Delivered.' },
): Webhooks[string] {
  return {
    post: {
      operationId,
      summary,
      description,
      parameters: Object.entries(HEADERS).map(([name, schema]) => ({
        name,
        in: 'header' as const,
        required: !OPTIONAL.has(name),
        schema,
      })),
      requestBody: { required: true, content: { 'application/json': { schema }, ...OTHER_FORMATS } },
      responses: {
        '2XX': success,
        '410': { description: 'Do not send anything here again: the endpoint is disabled.' },
      },
    },
  };
}

/** `posthorn.endpoint.circuit_opened` → `receiveEndpointCircuitOpened`. */
function toOperationId(type: string): string {
  const words = type.split(/[._]/).slice(1);
  return `receive${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`;
}

const JSON_TYPES = {
  text: { type: 'string' },
  time: { type: 'string', format: 'date-time' },
  count: { type: 'integer' },
} as const;

function toDataSchema(fields: Readonly<Record<string, FieldNote>>): object {
  const properties = Object.entries(fields).map(([name, [kind, isNullable, description]]) => {
    const schema = JSON_TYPES[kind];
    return [name, { ...schema, ...(isNullable ? { type: [schema.type, 'null'] } : {}), description }];
  });
  return { type: 'object', required: Object.keys(fields), properties: Object.fromEntries(properties) };
}

/** The bodies of other payload formats than the standard and the bare data, which is anything. */
const OTHER_FORMATS = {
  'application/cloudevents+json': {
    schema: {
      type: 'object' as const,
      description: 'With `payloadFormat: "cloudevents"`: CloudEvents 1.0, structured.',
      required: ['specversion', 'id', 'source', 'type', 'time', 'datacontenttype', 'data'],
      properties: {
        specversion: { type: 'string' as const, enum: ['1.0'] },
        id: text('`evt_…`'),
        source: text('The publishing service; `/posthorn` where it has not named itself.'),
        type: text('Such as `payment.succeeded`.'),
        time: { type: 'string' as const, format: 'date-time' },
        subject: text('The business key.'),
        datacontenttype: { type: 'string' as const, enum: ['application/json'] },
        eventuid: text("The publisher's own id of the event."),
        schemaversion: text('Version of the schema of `data`.'),
        correlationid: text('Ties related events together.'),
        metadata: text('The metadata, as JSON text.'),
        data: { description: 'Byte for byte as it was published.' },
      },
    },
  },
  'application/x-www-form-urlencoded': {
    schema: {
      type: 'object' as const,
      description: 'With `payloadFormat: "form"`.',
      required: ['payload'],
      properties: { payload: text('The standard envelope as JSON.') },
    },
  },
};

const ENVELOPE = {
  type: 'object' as const,
  description: 'With `payloadFormat: "standard"`.',
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
