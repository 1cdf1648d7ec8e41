import { applyDecorators } from '@nestjs/common';
import { IsString, registerDecorator, ValidateIf, type ValidationOptions } from 'class-validator';
import { hasIdPrefix } from '#kernel';
import { isEventTypePattern } from '#policy';
import { isTime } from './validation.pipe.js';

/** Rules that class-validator does not have. Each reads in an error as "/field <message>". */

function rule(name: string, message: string, holds: (value: unknown) => boolean, options?: ValidationOptions) {
  return (target: object, propertyName: string | symbol): void =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: propertyName as string,
      options: { message: `${options?.each ? 'each value in ' : ''}$property ${message}`, ...options },
      validator: { validate: holds },
    });
}

/** May be left out, but is not null when it is given: for fields of a merge patch that cannot be cleared. */
export function IfGiven(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** The owner's own name for an object: told apart from our ids by its beginning. */
export function isUid(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9._:-]{1,256}$/.test(value) && !hasIdPrefix(value);
}

export function IsUid(): PropertyDecorator {
  return rule('isUid', 'must be 1 to 256 of A-Z a-z 0-9 . _ : - and not begin like one of our ids', isUid);
}

/** Text of `min` to `max` characters. */
export function IsText(min: number, max: number, options?: ValidationOptions): PropertyDecorator {
  const holds = (value: unknown): boolean => typeof value !== 'string' || (value.length >= min && value.length <= max);
  const message = `must have ${min === 0 ? 'at most' : `${min} to`} ${max} characters`;
  return applyDecorators(IsString(options), rule('isLength', message, holds, options));
}

/** A time in RFC 3339, with its zone. */
export function IsTime(): PropertyDecorator {
  return rule(
    'isTime',
    'must be a time such as 2026-11-24T12:00:00Z',
    (value) => typeof value === 'string' && isTime(value),
  );
}

/** An event type, or with `.*` everything below one. */
export function IsEventTypePattern(): PropertyDecorator {
  return rule(
    'isEventTypePattern',
    'must be an event type, or one with .* at its end',
    (value) => typeof value === 'string' && isEventTypePattern(value),
  );
}

/** A JSON object that is the caller's own: kept, shown, and not looked into. */
export function IsJsonObject(maxBytes: number): PropertyDecorator {
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  return applyDecorators(
    rule('isObject', 'must be an object', isObject),
    rule('maxBytes', `must take at most ${maxBytes} bytes as JSON`, (value) => {
      return !isObject(value) || Buffer.byteLength(JSON.stringify(value)) <= maxBytes;
    }),
  );
}

/** Part of the contract, but not built yet: refused rather than accepted and ignored. */
export function NotSupportedYet(): PropertyDecorator {
  return rule('notSupportedYet', 'is not supported yet', (value) => value === undefined || value === null);
}
