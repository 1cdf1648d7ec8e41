import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '#policy';
import { checkSchemas } from './event-type-schemas.js';

async function errorsOf(schemas: JsonObject | null, example: Json = null, before: JsonObject | null = null) {
  const errors = await checkSchemas({ schemas, example }, before && { schemas: before, example: null });
  return errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe(checkSchemas.name, () => {
  it.each<Json>([
    {},
    true,
    { type: 'object' },
    { $schema: 'https://json-schema.org/draft/2020-12/schema' },
    { $schema: 'http://json-schema.org/draft-07/schema#' },
  ])('accepts %j', async (schema) => {
    expect(await errorsOf({ '1': schema })).toEqual([]);
  });

  it.each<Json>(['object', null, { $schema: 'http://json-schema.org/draft-04/schema#' }, { type: 'decimal' }])(
    'refuses %j',
    async (schema) => {
      expect(await errorsOf({ good: {}, '1.0': schema })).toEqual(['/schemas/1.0 invalid_schema']);
    },
  );

  it('asks only what is new', async () => {
    const kept = { '1': { type: 'decimal' } };
    expect(await errorsOf({ ...kept, '2': {} }, null, kept)).toEqual([]);
    expect(await errorsOf({ ...kept, '2': { type: 'real' } }, null, kept)).toEqual(['/schemas/2 invalid_schema']);
  });

  it('wants an example that some version takes', async () => {
    const schemas = { '1': { required: ['a'] }, '2': { required: ['b'] } };
    expect(await errorsOf(schemas, { a: 1 })).toEqual([]);
    expect(await errorsOf(schemas, { b: 1 })).toEqual([]);
    expect(await errorsOf(schemas, { c: 1 })).toEqual(['/example/b required']);
    expect(await errorsOf(null, { c: 1 })).toEqual([]);
    expect(await errorsOf({}, { c: 1 })).toEqual([]);
  });
});
