import { describe, expect, it } from 'vitest';
import { CheckBudget } from './check-budget.js';
import { compileSchema } from './compile-schema.js';
import { compilePrepared, dialectOf, type EnoughGathered } from './compiler.js';
import { prepareSchema } from './prepare-schema.js';

function checked(schema: unknown, value: unknown): string[] {
  const result = compileSchema(schema);
  if ('fault' in result) throw new Error(result.fault);
  const found = result.schema.check(value, JSON.stringify(value).length);
  return found.map(({ pointer, code, message }) => `${pointer} ${code}: ${message}`);
}

function faultOf(schema: unknown): string {
  const result = compileSchema(schema);
  return 'fault' in result ? result.fault : 'compiles';
}

const DRAFT_07 = { $schema: 'http://json-schema.org/draft-07/schema#' };

describe(compileSchema.name, () => {
  it.each<[unknown, unknown, string[]]>([
    [{ type: 'object' }, {}, []],
    [true, 1, []],
    [false, 1, [' not_allowed: is not allowed by the schema']],
    [{ properties: { a: { type: 'number' } } }, { a: 'x' }, ['/a wrong_type: must be number']],
    [{ required: ['a', 'b/c'] }, {}, ['/a required: is required', '/b~1c required: is required']],
    [{ required: ['constructor'] }, {}, ['/constructor required: is required']],
    [
      { properties: { a: {} }, additionalProperties: false },
      { a: 1, b: 2 },
      ['/b unknown_field: is not a field of the schema'],
    ],
    [
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1, b: 2 },
      ['/b unknown_field: is not a field of the schema'],
    ],
    [{ properties: { a: { enum: ['x', 1] } } }, { a: 2 }, ['/a invalid: must be one of: "x", 1']],
    [{ const: { a: 1 } }, {}, [' invalid: must be one of: {"a":1}']],
    [{ minLength: 2 }, 'x', [' too_short: must not have fewer than 2 characters']],
    [{ items: { maximum: 3 } }, [1, 5], ['/1 out_of_range: must be <= 3']],
    [{ items: { pattern: '^[A-Z]{3}$' } }, ['EUR', 'eur'], ['/1 invalid: must match pattern "^[A-Z]{3}$"']],
    [{ format: 'date-time' }, 'yesterday', [' invalid: must match format "date-time"']],
    [{ format: 'ours' }, 'anything', []],
    [
      { propertyNames: { maxLength: 1 } },
      { ab: 1 },
      [' too_long: must not have more than 1 characters', '/ab invalid: has a name that is not allowed'],
    ],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, ['/b required: is required']],
    [{ $defs: { n: { type: 'number' } }, items: { $ref: '#/$defs/n' } }, [1, 'x'], ['/1 wrong_type: must be number']],
    [
      { $defs: { n: { $anchor: 'n', type: 'number' } }, items: { $ref: '#n' } },
      ['x'],
      ['/0 wrong_type: must be number'],
    ],
    [{ prefixItems: [{ type: 'string' }] }, [1], ['/0 wrong_type: must be string']],
    [{ ...DRAFT_07, items: [{ type: 'string' }], additionalItems: false }, [1], ['/0 wrong_type: must be string']],
    [
      { ...DRAFT_07, dependencies: { a: ['b'], c: { required: ['d'] } } },
      { a: 1, c: 1 },
      ['/b required: is required', '/d required: is required'],
    ],
    [{ $schema: 'https://json-schema.org/draft-07/schema', $id: 'https://a.example/x', type: 'number' }, 1, []],
    [{ properties: { __proto__: {}, const: { type: 'string' } } }, { const: 1 }, ['/const wrong_type: must be string']],
  ])('holds %j against %j', (schema, value, expected) => {
    expect(checked(schema, value)).toEqual(expected);
  });

  it.each<[unknown, unknown[], boolean]>([
    [
      { uniqueItems: true },
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
      false,
    ],
    [{ uniqueItems: true }, [1, '1', [1], { 1: 1 }], true],
    [{ uniqueItems: false }, [1, 1], true],
  ])('finds equal items: %j, %j, %j', (schema, items, holds) => {
    expect(checked(schema, items)).toEqual(holds ? [] : [' invalid: must not have two equal items']);
  });

  it('leaves the value as it is', () => {
    const value = { a: '1', extra: true };
    checked({ properties: { a: { type: 'number' }, b: { default: 1 } }, additionalProperties: false }, value);
    expect(value).toEqual({ a: '1', extra: true });
  });

  it('tells each mismatch once, and not hundreds', () => {
    const twice = { allOf: [{ items: { type: 'number' } }, { items: { type: 'number' } }] };
    expect(checked(twice, ['x'])).toEqual(['/0 wrong_type: must be number']);
    expect(checked(twice, new Array(500).fill('x'))).toHaveLength(20);
  });

  it.each<[unknown, string]>([
    ['object', 'is not a JSON Schema: an object, true or false'],
    [{ type: 'decimal' }, 'is not a JSON Schema: /type must be equal to one of the allowed values'],
    [{ properties: { a: { minLength: -1 } } }, 'is not a JSON Schema: /properties/a/minLength must be >= 0'],
    [{ $schema: 'http://json-schema.org/draft-04/schema#' }, 'must have as its $schema'],
    [{ $ref: 'https://a.example/b.json' }, 'refers to "https://a.example/b.json": only references within'],
    [{ items: { $dynamicRef: 'other.json#x' } }, 'refers to "other.json#x": only references within'],
    [{ $ref: 'http://json-schema.org/draft-07/schema#', ...DRAFT_07 }, 'only references within'],
    [{ $ref: '#/$defs/none' }, 'refers to "#/$defs/none", where no subschema is'],
    [{ properties: { const: { $ref: '#/default/a' } }, default: { a: {} } }, 'refers to "#/default/a", where no'],
    [{ $ref: '#a', example: { a: { $anchor: 'a' } } }, "does not compile: can't resolve reference #a"],
    [{ const: { a: { $ref: '#' } }, $ref: '#/const/a' }, 'refers to "#/const/a", where no subschema is'],
    [{ $ref: '#nowhere' }, "does not compile: can't resolve reference #nowhere"],
    [{ $ref: '#' }, 'refers to itself without end'],
    [{ allOf: [{ $ref: '#/$defs/a' }], $defs: { a: { anyOf: [{ $ref: '#' }] } } }, 'refers to itself without end'],
    [{ $async: true }, 'must not have $async'],
    [{ $defs: { a: { $id: 'a.json' } } }, 'must have an $id at its root only'],
    [{ pattern: '(' }, 'pattern "(" is not a regular expression'],
    [{ pattern: '^(?=.*a)b$' }, 'cannot be matched in linear time'],
    [{ patternProperties: { '(a)\\1': {} } }, 'cannot be matched in linear time'],
    [{ pattern: '(?:a{1,1000}){0,1}(?:a{1,1000}b{1,1000})' }, 'repeats too much to be unrolled'],
  ])('refuses %j', (schema, fault) => {
    expect(faultOf(schema)).toContain(fault);
  });

  it('refuses more subschemas than it would be quick to compile', () => {
    expect(faultOf({ anyOf: Array.from({ length: 999 }, () => ({})) })).toBe('compiles');
    expect(faultOf({ anyOf: Array.from({ length: 1_000 }, () => ({})) })).toBe('has more than 1000 subschemas');
  });
});

describe('what would take for ever', () => {
  const costly = [' too_costly: takes more steps to be checked against its schema than allowed'];

  it('is refused: references that double at each step', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [
        `d${n}`,
        { allOf: [{ $ref: `#/$defs/d${n + 1}` }, { $ref: `#/$defs/d${n + 1}` }] },
      ]),
    );
    expect(checked({ $defs: { ...$defs, d60: {} }, properties: { a: { $ref: '#/$defs/d0' } } }, { a: 1 })).toEqual(
      costly,
    );
  });

  it('is refused: branches that both go all the way down', () => {
    const branch = { properties: { in: { $ref: '#' } } };
    const deep = JSON.parse('{"in":'.repeat(80) + '1' + '}'.repeat(80)) as unknown;
    expect(
      checked(
        {
          anyOf: [
            { ...branch, dependentRequired: { in: ['no'] } },
            { ...branch, dependentRequired: { in: ['no'] } },
          ],
        },
        deep,
      ),
    ).toEqual(costly);
  });

  it('is refused: a pattern that needs every instruction at every character', () => {
    const text = Array.from({ length: 200_000 }, (_, n) => 'ab'[((n * n) % 7) % 2]).join('');
    expect(checked({ pattern: '(a|b)*a(a|b){900}$' }, text)).toEqual(costly);
  });

  it('is refused: telling apart, measuring and comparing what is large, again and again', () => {
    const often = (schema: object) => ({
      $defs: { s: schema },
      anyOf: Array.from({ length: 990 }, () => ({ $ref: '#/$defs/s' })),
    });
    const large = Array.from({ length: 20_000 }, (_, n) => n);
    expect(checked(often({ uniqueItems: true }), [...large, ...large])).toEqual(costly);
    expect(checked(often({ minLength: 1_000_000 }), 'x'.repeat(500_000))).toEqual(costly);
    expect(checked(often({ const: [...large, 1] }), [...large, 2])).toEqual(costly);
  });

  it('is refused: to copy what does not match at each of many elements', () => {
    const schema = { $defs: { s: { type: 'string' } }, contains: { $ref: '#/$defs/s' } };
    expect(checked(schema, new Array(50_000).fill(1))).toEqual(costly);
    expect(checked(schema, [...new Array(2_000).fill(1), 'x'])).toEqual([]);
  });

  it.each<[string, object]>([
    ['of an element', { items: { required: Array.from({ length: 16 }, (_, n) => `n${n}`) } }],
    ['by reference', { $defs: { s: { required: ['a', 'b'] } }, items: { $ref: '#/$defs/s' } }],
    ['of nothing but false', { items: { patternProperties: { a: false } } }],
  ])('is not: to tell of hundreds of thousands of mismatches, %s', (_, schema) => {
    const lines = Array.from({ length: 100_000 }, () => ({ a: 1 }));
    expect(checked(schema, lines)).toHaveLength(20);
    const budget = Object.assign(new CheckBudget(), { left: 10_000_000 });
    const gather = compilePrepared(dialectOf(schema), prepareSchema(schema), budget, 'all');
    let gathered = 0;
    try {
      gather(lines);
    } catch (error) {
      gathered = (error as EnoughGathered).mismatches!.length;
    }
    expect(gathered).toBeGreaterThan(2_000);
    expect(gathered).toBeLessThan(2_020);
  });

  it('is not: to tell of the first mismatch alone, where what is found further on may be none', () => {
    const schema = { $ref: '#/$defs/all', $defs: { all: { items: { required: ['a'] } } } };
    expect(
      checked(
        schema,
        Array.from({ length: 100_000 }, () => ({})),
      ),
    ).toEqual(['/0/a required: is required']);
  });

  it('is not: patterns that a backtracking engine would hang at', () => {
    expect(checked({ pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toEqual([
      ' invalid: must match pattern "^(a+)+$"',
    ]);
    expect(
      checked({ patternProperties: { '^(.*a){20}$': false } }, { ['a'.repeat(19) + 'b'.repeat(5_000)]: 1 }),
    ).toEqual([]);
  });

  it('is not: whether tens of thousands of objects all differ', () => {
    const items = Array.from({ length: 10_000 }, (_, n) => ({ n }));
    expect(checked({ uniqueItems: true, items: { type: 'object' } }, items)).toEqual([]);
  });

  it.each([
    'date-time',
    'duration',
    'email',
    'hostname',
    'ipv6',
    'json-pointer',
    'regex',
    'uri',
    'uri-reference',
    'uri-template',
  ])('is not: the format %s of a long text', (format) => {
    for (const piece of ['a', '1', '/', ':', '::', '.', 'a.', '@', '%41', '{a}', '-', 'P1D', '(', 'http://a@']) {
      const long = piece.repeat(50_000 / piece.length);
      // Whether it holds is none of this test's business.
      expect(checked({ anyOf: [{ format }, {}] }, long)).toEqual([]);
      expect(checked({ anyOf: [{ format }, {}] }, `http://${long}\n`)).toEqual([]);
    }
  });
});
