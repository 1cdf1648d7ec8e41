import type { ErrorObject } from 'ajv';
import { type FieldError, toPointerToken } from '#kernel';

/** So many are told; whoever has more mends the first ones and sees. */
const MAX_MISMATCHES = 20;

/** Allowed values are told up to so many characters. */
const MAX_VALUES = 200;

const CODES: Record<string, string> = {
  type: 'wrong_type',
  minLength: 'too_short',
  maxLength: 'too_long',
  minItems: 'wrong_length',
  maxItems: 'wrong_length',
  minProperties: 'wrong_length',
  maxProperties: 'wrong_length',
  minimum: 'out_of_range',
  maximum: 'out_of_range',
  exclusiveMinimum: 'out_of_range',
  exclusiveMaximum: 'out_of_range',
  'false schema': 'not_allowed',
};

/** What does not match, by where it stands in the value, without anything of the value itself. */
export function toMismatches(errors: readonly ErrorObject[]): FieldError[] {
  const told = new Map<string, FieldError>();
  for (const error of errors) {
    if (told.size === MAX_MISMATCHES) break;
    const mismatch = toMismatch(error);
    told.set(`${mismatch.pointer} ${mismatch.message}`, mismatch);
  }
  return [...told.values()];
}

function toMismatch({ keyword, instancePath, params, message = 'does not match' }: ErrorObject): FieldError {
  const facts = params as Record<string, unknown>;
  const at = (name: unknown): string => `${instancePath}/${toPointerToken(String(name))}`;
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return { pointer: at(facts['missingProperty']), code: 'required', message: 'is required' };
    case 'additionalProperties':
      return unknownField(at(facts['additionalProperty']));
    case 'unevaluatedProperties':
      return unknownField(at(facts['unevaluatedProperty']));
    case 'propertyNames':
      return { pointer: at(facts['propertyName']), code: 'invalid', message: 'has a name that is not allowed' };
    case 'enum':
      return { pointer: instancePath, code: 'invalid', message: oneOf(facts['allowedValues']) };
    case 'const':
      return { pointer: instancePath, code: 'invalid', message: oneOf([facts['allowedValue']]) };
    default:
      return { pointer: instancePath, code: CODES[keyword] ?? 'invalid', message: message.replace(/\bNOT\b/, 'not') };
  }
}

function unknownField(pointer: string): FieldError {
  return { pointer, code: 'unknown_field', message: 'is not a field of the schema' };
}

function oneOf(values: unknown): string {
  const allowed = (Array.isArray(values) ? values : []).map((value) => JSON.stringify(value)).join(', ');
  return allowed.length > MAX_VALUES ? 'must be one of the allowed values' : `must be one of: ${allowed}`;
}
