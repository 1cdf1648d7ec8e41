import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { MAX_NOTE } from './reason.dto.js';
import { IsEventTypePattern, IsText, IsTime } from './validators.js';

/** Fields by which the body of a request says what it means. All may be left out, or be null. */

const MAX_IDS = 1_000;

/** These, by their ids. */
export function BodyIds(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_IDS),
    IsString({ each: true }),
    ApiPropertyOptional({
      type: 'array',
      items: { type: 'string' },
      nullable: true,
      minItems: 1,
      maxItems: MAX_IDS,
      description,
    }),
  );
}

/** A tenant or an endpoint: an id, or the owner's uid. */
export function BodyReference(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsString(),
    MaxLength(256),
    ApiPropertyOptional({ type: String, nullable: true, description }),
  );
}

/** One of a few words. */
export function BodyWord(words: readonly string[], description?: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsIn(words),
    ApiPropertyOptional({ type: String, nullable: true, enum: [...words], ...(description && { description }) }),
  );
}

/** An event type, or everything below one. */
export function BodyEventType(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsEventTypePattern(),
    ApiPropertyOptional({ type: String, nullable: true, description: 'Event type: exact, or `payment.*`.' }),
  );
}

/** A moment. */
export function BodyTime(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsTime(),
    ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description }),
  );
}

/** Why someone does it, in their words. */
export function BodyNote(description: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsText(1, MAX_NOTE),
    ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: MAX_NOTE, description }),
  );
}
