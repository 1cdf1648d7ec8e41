import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { BatchResponse, PublishedResponse, RefusedResponse } from './publishing.response.js';

const text = (description: string, maxLength = 256) => ({
  type: 'string' as const,
  minLength: 1,
  maxLength,
  description,
});
const time = (description: string) => ({ type: 'string' as const, format: 'date-time', description });

/** The envelope is read by hand (its `data` must not be touched), so it is described by hand. */
const EVENT = {
  type: 'object' as const,
  required: ['tenant', 'type', 'data'],
  additionalProperties: false,
  properties: {
    tenant: text('Id or uid of the tenant.'),
    type: { ...text('Words of A-Z a-z 0-9 _ - separated by dots.', 128), example: 'payment.succeeded' },
    data: {
      description:
        'Any JSON that matches the schema of its type, if there is one. It arrives byte for byte as it was published.',
    },
    uid: text('Yours; unique per tenant. Publishing it again answers 200 with the first event and sends nothing.'),
    subject: { ...text('The business key, for the support desk.'), example: 'order/4711' },
    source: text('The publishing service.'),
    occurredAt: time('When it happened; the time of publishing unless given.'),
    correlationId: text('Ties it to a request or a process of yours.'),
    schemaVersion: text('Which version of the schema `data` follows; the newest unless given.'),
    channels: { type: 'array' as const, minItems: 1, maxItems: 20, items: text('A channel.') },
    metadata: { type: 'object' as const, additionalProperties: true, description: 'At most 16 KiB; sent along.' },
    headers: {
      type: 'object' as const,
      additionalProperties: { type: 'string' as const },
      description: 'Sent with the request, beside ours.',
    },
    endpoint: text('Id or uid: deliver to this endpoint only, whatever it subscribes to.'),
    deliverAt: time(
      'Not before: it is matched with the subscriptions of then, and sent within a second. Less than the retention ahead; a time that has passed means at once.',
    ),
    expiresAt: time('Not delivered by then, it never is. After `deliverAt`, if that is given.'),
    orderingKey: text('For endpoints with `ordering: fifo`: what is published under one key arrives in that order.'),
  },
};

export function DescribePublish(): MethodDecorator {
  return applyDecorators(
    ApiTags('Events'),
    ApiOperation({
      operationId: 'publishEvent',
      summary: 'Publish an event',
      description: 'A 202 means that the event and all its deliveries are on disk.',
    }),
    ApiBody({ required: true, schema: EVENT }),
    ApiResponse({ status: 202, type: PublishedResponse, description: 'Accepted.' }),
    ApiResponse({
      status: 200,
      type: PublishedResponse,
      description: 'Published before under this uid; nothing was sent.',
    }),
  );
}

export function DescribeBatch(): MethodDecorator {
  return applyDecorators(
    ApiTags('Events'),
    ApiOperation({
      operationId: 'publishBatch',
      summary: 'Publish up to 1,000 events',
      description:
        'Each stands for itself: a bad one does not refuse the others. Endpoints that keep order get them in the order of ' +
        'the array.',
    }),
    ApiExtraModels(PublishedResponse, RefusedResponse),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        required: ['events'],
        additionalProperties: false,
        properties: { events: { type: 'array', minItems: 1, maxItems: 1_000, items: EVENT } },
      },
    }),
    ApiResponse({ status: 202, type: BatchResponse, description: 'One result for each event, in their order.' }),
  );
}
