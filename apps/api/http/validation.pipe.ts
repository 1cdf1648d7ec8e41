import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { type ValidationError, validateSync } from 'class-validator';
import { type FieldError, PosthornError, toPointerToken } from '#kernel';
import { fieldsOf, nestedFieldOf, queryKindOf, type QueryKind } from './dto-fields.js';

const NO_DTO: readonly unknown[] = [String, Number, Boolean, Array, Object, Buffer];

/** Rules that say what kind of thing a value is: of several broken rules these are told first. */
const TYPE_RULES = /^(is(String|Int|Number|Boolean|Array|Object|Date|In|Enum)|nestedValidation|notSupportedYet)$/;

/** Stable codes for the rules that a client may want to tell apart; every other rule is `invalid`. */
const CODES: Readonly<Record<string, string>> = {
  isString: 'wrong_type',
  isInt: 'wrong_type',
  isNumber: 'wrong_type',
  isBoolean: 'wrong_type',
  isArray: 'wrong_type',
  isObject: 'wrong_type',
  nestedValidation: 'wrong_type',
  isIn: 'not_allowed',
  isEnum: 'not_allowed',
  maxLength: 'too_long',
  minLength: 'too_short',
  isLength: 'wrong_length',
  arrayMaxSize: 'too_many',
  arrayMinSize: 'too_few',
  max: 'too_large',
  min: 'too_small',
  notSupportedYet: 'not_supported_yet',
};

/**
 * Validates bodies and query strings against their DTO, field by field, unknown fields included. It does not use
 * class-transformer, nor Nest's own pipe: both reach into values that are the caller's own (`metadata`), delete keys
 * there and rewrite numbers. What a DTO has no rule for inside a field is left exactly as it came.
 */
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !metatype || NO_DTO.includes(metatype)) return value;
    return validateDto(metatype, value ?? {}, type === 'query' ? '?' : '/');
  }
}

/** Throws `validation_failed` (or `not_supported_yet`) with everything that is wrong. `root` begins each pointer. */
export function validateDto<T extends object>(dto: Type<T>, value: unknown, root: '/' | '?' = '/'): T {
  const errors: FieldError[] = [];
  const instance = toInstance(dto, value, root, errors, root === '?');
  if (errors.length === 0 || isObject(value)) {
    const found = validateSync(instance as object, { forbidUnknownValues: false, validationError: { target: false } });
    collect(found, root, errors);
  }
  if (errors.length > 0) throw refusal(errors);
  return instance as T;
}

/** The refusal for a list of field errors that were found by other means, in the same words. */
export function refusal(errors: readonly FieldError[]): PosthornError {
  const code = errors.every((error) => error.code === 'not_supported_yet') ? 'not_supported_yet' : 'validation_failed';
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const name = first!.pointer === '' ? 'The body' : first!.pointer;
  return new PosthornError(code, `${name} ${first!.message}${more}.`, { errors });
}

function toInstance(dto: Type, value: unknown, root: string, errors: FieldError[], isQuery: boolean): unknown {
  if (!isObject(value)) {
    errors.push({ pointer: root.replace(/[/?]$/, ''), code: 'wrong_type', message: 'must be an object' });
    return value;
  }
  const fields = fieldsOf(dto);
  const instance = new dto() as Record<string, unknown>;
  for (const [field, given] of Object.entries(value)) {
    const pointer = root + toPointerToken(field);
    if (!fields.has(field)) {
      errors.push({ pointer, code: 'unknown_field', message: 'is not a known field' });
      continue;
    }
    if (!isStorable(given)) {
      errors.push({ pointer, code: 'invalid_text', message: 'holds a NUL or half of a surrogate pair' });
    }
    instance[field] = isQuery ? fromText(given, queryKindOf(dto, field)) : nested(dto, field, given, pointer, errors);
  }
  return instance;
}

function nested(dto: Type, field: string, given: unknown, pointer: string, errors: FieldError[]): unknown {
  const rule = nestedFieldOf(dto, field);
  if (!rule || given === undefined || given === null) return given;
  if (!rule.each) return toInstance(rule.type(), given, `${pointer}/`, errors, false);
  if (Array.isArray(given)) {
    return given.map((one, index) => toInstance(rule.type(), one, `${pointer}/${index}/`, errors, false));
  }
  errors.push({ pointer, code: 'wrong_type', message: 'must be an array' });
  return given;
}

function fromText(given: unknown, kind: QueryKind | undefined): unknown {
  if (kind === 'list') return splitAll(given);
  if (typeof given !== 'string') return given;
  if (kind === 'integer' && /^-?\d{1,15}$/.test(given)) return Number(given);
  if (kind === 'flag' && /^(true|false)$/.test(given)) return given === 'true';
  if (kind === 'time' && isTime(given)) return new Date(given);
  return given;
}

/** `a,b` and `a&…=b` mean the same. */
function splitAll(given: unknown): unknown {
  if (given === undefined) return given;
  return [given].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : [one]));
}

/** RFC 3339, with a time zone: a time without one would be a guess. */
export function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text))
  );
}

/** PostgreSQL's text cannot hold a NUL, and half of a surrogate pair would silently become U+FFFD. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && !/\p{Surrogate}/u.test(value);
  return !Array.isArray(value) || value.every((one) => typeof one !== 'string' || isStorable(one));
}

function collect(found: readonly ValidationError[], root: string, errors: FieldError[]): void {
  for (const { property, value, constraints, children } of found) {
    const pointer = root + toPointerToken(property);
    if (errors.some((known) => known.pointer === pointer)) continue;
    if (constraints) errors.push(toFieldError(pointer, property, value, constraints));
    if (children && children.length > 0) collect(children, `${pointer}/`, errors);
  }
}

function toFieldError(pointer: string, property: string, value: unknown, broken: Record<string, string>): FieldError {
  if (value === undefined) return { pointer, code: 'required', message: 'is required' };
  const rules = Object.keys(broken);
  const rule = rules.find((name) => TYPE_RULES.test(name)) ?? rules[0]!;
  const text = broken[rule]!;
  const message = text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
  return { pointer, code: CODES[rule] ?? 'invalid', message };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
