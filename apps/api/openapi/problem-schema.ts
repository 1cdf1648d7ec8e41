import type { OpenAPIObject } from '@nestjs/swagger';
import { ERROR_CODES } from '#kernel';

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

/** How every refusal looks (RFC 9457 with our members). */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', description: '`urn:posthorn:problem:<code>`.' },
    title: { type: 'string', description: 'What the code means.' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong here, and how to cure it.' },
    instance: { type: 'string', description: 'Path of the request.' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES), description: 'Stable; listed in docs/errors.md.' },
    requestId: { type: 'string', description: 'Also in the header `X-Request-Id`.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: {
          pointer: {
            type: 'string',
            description: 'JSON Pointer into the body (`/settings/maxEndpoints`), or `?name` for a query parameter.',
          },
          code: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
};
