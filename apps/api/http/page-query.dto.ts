import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsDate, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { FromQuery } from './dto-fields.js';

const MAX_CURSOR = 2_000;

/** A filter that is a text. */
export function QueryText(description: string, maxLength = 256): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsString(),
    MaxLength(maxLength),
    ApiPropertyOptional({ description, type: String }),
  );
}

/** A filter that is one of a few words. */
export function QueryWord(description: string, words: readonly string[]): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsIn(words),
    ApiPropertyOptional({ description, type: String, enum: [...words] }),
  );
}

/** A filter that is a whole number. */
export function QueryInteger(description: string, min: number, max: number, byDefault?: number): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    FromQuery('integer'),
    IsInt(),
    Min(min),
    Max(max),
    ApiPropertyOptional({ description, type: 'integer', minimum: min, maximum: max, default: byDefault }),
  );
}

/** A filter that is `true` or `false`. */
export function QueryFlag(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    FromQuery('flag'),
    IsBoolean({ message: '$property must be true or false' }),
    ApiPropertyOptional({ description, type: Boolean }),
  );
}

/** A filter that is a time; its value in the DTO is a Date. */
export function QueryTime(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    FromQuery('time'),
    IsDate({ message: '$property must be a time such as 2026-11-24T12:00:00Z' }),
    ApiPropertyOptional({ description, type: String, format: 'date-time' }),
  );
}

/** What every list takes. Lists with filters extend it. */
export class PageQuery {
  @QueryInteger('Items at most.', 1, 250, 50)
  limit?: number;

  @QueryText('`nextCursor` of the page before; belongs to the same filters and order.', MAX_CURSOR)
  cursor?: string;

  @QueryWord('By time of creation: newest first (`desc`, the default) or oldest first.', ['desc', 'asc'])
  order?: 'desc' | 'asc';

  @QueryTime('Created at or after.')
  since?: Date;

  @QueryTime('Created before.')
  until?: Date;
}
