import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateBy } from 'class-validator';
import { isEventTypePattern } from '#policy';

export const MAX_PATTERNS = 100;

/** What the documentation says of a list of patterns. */
export const PATTERNS_SCHEMA = {
  type: 'array' as const,
  items: { type: 'string' as const, minLength: 1, maxLength: 128 },
  minItems: 1,
  maxItems: MAX_PATTERNS,
  example: ['payment.*'],
};

/** A list of 1 to 100 patterns for event types: `payment.succeeded`, `payment.*`, `*`. */
export function AreEventTypePatterns(): PropertyDecorator {
  return applyDecorators(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_PATTERNS),
    ValidateBy(
      {
        name: 'isEventTypePattern',
        validator: {
          validate: (value) => typeof value === 'string' && isEventTypePattern(value),
          defaultMessage: () => 'each value in $property must be an event type, one with .* at its end, or *',
        },
      },
      { each: true },
    ),
  );
}
