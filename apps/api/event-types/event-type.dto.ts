import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow as AnyValue, ArrayMaxSize, IsArray, IsBoolean, IsOptional } from 'class-validator';
import { MAX_POINTER, MAX_REDACTED } from '#endpoints';
import type { Json, JsonObject } from '#policy';
import { PageQuery, QueryFlag, QueryText } from '../http/page-query.dto.js';
import { IfGiven, IsJsonObject, IsText } from '../http/validators.js';

const MAX_DESCRIPTION = 2_000;
const MAX_GROUP = 128;
const MAX_JSON_BYTES = 256 * 1024;

class EventTypeFields {
  @IsOptional()
  @IsText(1, MAX_GROUP)
  @ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: MAX_GROUP, example: 'payments' })
  group?: string | null;

  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, nullable: true, default: false })
  deprecated?: boolean | null;

  @IsOptional()
  @IsJsonObject(MAX_JSON_BYTES)
  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description:
      'JSON Schemas (2020-12 or draft-07) by the schemaVersion that events name. The data of an event is held against ' +
      'the one that it names, or the newest if it names none, and refused when it does not match. Without look-around ' +
      'and back-references in patterns, and with references within the schema only.',
    example: { '1': { type: 'object', required: ['amount'] } },
  })
  schemas?: JsonObject | null;

  @AnyValue()
  @ApiPropertyOptional({
    anyOf: [{}],
    description: 'The data of a typical event: any JSON that matches one of the schemas, if there are any.',
    example: { amount: 100 },
  })
  example?: Json;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_REDACTED)
  @ApiPropertyOptional({
    type: 'array',
    nullable: true,
    maxItems: MAX_REDACTED,
    items: { type: 'string', maxLength: MAX_POINTER },
    description:
      'JSON Pointers (RFC 6901) into `data`. What stands there is shown as "[redacted]" to support, and in portals that may ' +
      'not see secrets, wherever events and what was sent of them are shown, those published before included. Receivers ' +
      'get it as it is.',
    example: ['/card'],
  })
  redact?: string[] | null;
}

export class PutEventTypeDto extends EventTypeFields {
  @IsText(1, MAX_DESCRIPTION)
  @ApiProperty({ type: String, minLength: 1, maxLength: MAX_DESCRIPTION })
  description: string;
}

export class PatchEventTypeDto extends EventTypeFields {
  @IfGiven()
  @IsText(1, MAX_DESCRIPTION)
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: MAX_DESCRIPTION })
  description?: string;
}

export class ListEventTypesQuery extends PageQuery {
  @QueryText('Event types of this group.', MAX_GROUP)
  group?: string;

  @QueryFlag('Only those that are (or are not) deprecated.')
  deprecated?: boolean;
}
