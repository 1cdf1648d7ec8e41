import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { PROBLEM_TYPE } from './problem.js';

/** How answers are told to OpenAPI. What can go wrong is added to every operation when the document is made. */

/** A list: `{data, nextCursor}`. */
export function AnswersPage(item: Type): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      schema: {
        type: 'object',
        required: ['data', 'nextCursor'],
        properties: {
          data: { type: 'array', items: { $ref: getSchemaPath(item) } },
          nextCursor: {
            type: 'string',
            nullable: true,
            description: 'For the next page; null at the end, and only there: a page may be short.',
          },
        },
      },
    }),
  );
}

/** 200 with one object. With `tagged`, its version is also in `ETag`. */
export function Answers(type: Type, options: { tagged?: boolean } = {}): MethodDecorator {
  return applyDecorators(HttpCode(200), ApiOkResponse({ type, headers: options.tagged ? ETAG : {} }));
}

/** 201 with the new object, where it is, and with `tagged` its version. */
export function AnswersCreated(type: Type, options: { tagged?: boolean } = {}): MethodDecorator {
  const headers = { ...LOCATION, ...(options.tagged ? ETAG : {}) };
  return applyDecorators(ApiCreatedResponse({ type, headers }));
}

/** 204, nothing. */
export function AnswersNothing(): MethodDecorator {
  return applyDecorators(HttpCode(204), ApiNoContentResponse({ description: 'Done.' }));
}

/** What every refusal is. */
export const PROBLEM_CONTENT = {
  [PROBLEM_TYPE.split(';')[0]!]: { schema: { $ref: '#/components/schemas/Problem' } },
};

const LOCATION = { Location: { description: 'Path of the new object.', schema: { type: 'string' as const } } };
const ETAG = { ETag: { description: 'The version, for `If-Match`.', schema: { type: 'string' as const } } };
