import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { JsonObject } from '#policy';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { PageQuery, QueryFlag, QueryText } from '../http/page-query.dto.js';
import { IfGiven, IsJsonObject, IsText, NotSupportedYet } from '../http/validators.js';
import { AreEventTypePatterns, PATTERNS_SCHEMA } from './event-type-patterns.js';

const MAX_CHANNELS = 100;
const MAX_CHANNEL = 128;
const MAX_FILTER_BYTES = 16 * 1024;

function Channels(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_CHANNELS),
    IsText(1, MAX_CHANNEL, { each: true }),
    ApiPropertyOptional({
      type: 'array',
      nullable: true,
      items: { type: 'string', minLength: 1, maxLength: MAX_CHANNEL },
      minItems: 1,
      maxItems: MAX_CHANNELS,
      description: 'The event must have one of these. Without channels, all events are taken.',
    }),
  );
}

function Filter(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsJsonObject(MAX_FILTER_BYTES),
    ApiPropertyOptional({
      type: 'object',
      nullable: true,
      additionalProperties: true,
      description:
        'What the event must carry, such as `{"data.amount": {"$gte": 100}}`: `$eq` (also a bare value), `$ne`, `$gt`, ' +
        '`$gte`, `$lt`, `$lte`, `$in`, `$nin`, `$exists`, `$startsWith`, `$endsWith`, `$and`, `$or`, `$not`. What is ' +
        'missing matches nothing but `$exists: false`. Without a filter, all events are taken.',
      example: { 'data.amount': { $gte: 100 } },
    }),
  );
}

/** Part of the contract and not built yet, so kept out of the document. */
class LaterFields {
  @IsOptional()
  @NotSupportedYet()
  transform?: null;
}

export class CreateSubscriptionDto extends LaterFields {
  @IsString()
  @MaxLength(256)
  @ApiProperty({ type: String, description: "The endpoint's id or uid." })
  endpoint: string;

  @AreEventTypePatterns()
  @ApiProperty({
    ...PATTERNS_SCHEMA,
    description: 'An event type, `payment.*` for everything below `payment.`, or `*` for everything.',
  })
  eventTypes: string[];

  @Channels()
  channels?: string[] | null;

  @Filter()
  filter?: JsonObject | null;

  @IfGiven()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: true })
  enabled?: boolean;
}

export class PatchSubscriptionDto extends LaterFields {
  @IfGiven()
  @AreEventTypePatterns()
  @ApiPropertyOptional(PATTERNS_SCHEMA)
  eventTypes?: string[];

  @Channels()
  channels?: string[] | null;

  @Filter()
  filter?: JsonObject | null;

  @IfGiven()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean })
  enabled?: boolean;
}

export class ListSubscriptionsQuery extends PageQuery {
  @QueryText('Subscriptions of this endpoint, by id or uid.')
  endpoint?: string;

  @QueryFlag('Only those that are (or are not) enabled.')
  enabled?: boolean;
}
