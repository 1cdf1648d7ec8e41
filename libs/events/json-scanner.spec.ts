import { describe, expect, it } from 'vitest';
import { JsonScanner, nestingDepth } from './json-scanner.js';

function members(text: string): [key: string, value: string][] {
  const scanner = new JsonScanner(text);
  const found: [string, string][] = [];
  for (scanner.enter(); scanner.hasMore(); ) {
    const key = scanner.readKey();
    const start = scanner.at;
    scanner.skipValue();
    found.push([key, text.slice(start, scanner.at)]);
  }
  expect(text.slice(scanner.at).trim()).toBe('');
  return found;
}

function elements(text: string): string[] {
  const scanner = new JsonScanner(text);
  const found: string[] = [];
  for (scanner.enter(); scanner.hasMore(); ) {
    const start = scanner.at;
    scanner.skipValue();
    found.push(text.slice(start, scanner.at));
  }
  return found;
}

describe(JsonScanner.name, () => {
  it.each([
    ['{}', []],
    [' \n{ \t} ', []],
    ['{"a":1}', [['a', '1']]],
    [
      '{ "a" : 1.0 , "b" : -2e5 }',
      [
        ['a', '1.0'],
        ['b', '-2e5'],
      ],
    ],
    [
      '{"a":"x\\"}","b":true,"c":null}',
      [
        ['a', '"x\\"}"'],
        ['b', 'true'],
        ['c', 'null'],
      ],
    ],
    [
      '{"a":"\\\\","b":"\\\\\\""}',
      [
        ['a', '"\\\\"'],
        ['b', '"\\\\\\""'],
      ],
    ],
    [
      '{"a":{"b":[1,{"c":"]}"}]},"d":[]}',
      [
        ['a', '{"b":[1,{"c":"]}"}]}'],
        ['d', '[]'],
      ],
    ],
    ['{"d\\u0061ta":12345678901234567890}', [['data', '12345678901234567890']]],
    [
      '{"a":1,"a":2}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      '{"ü":"é","😀":"\\ud83d\\ude00"}',
      [
        ['ü', '"é"'],
        ['😀', '"\\ud83d\\ude00"'],
      ],
    ],
  ])('finds the members of %s', (text, expected) => {
    expect(members(text)).toEqual(expected);
  });

  it('agrees with JSON.parse on generated values', () => {
    const values = [
      'x',
      '\\',
      '"',
      '{',
      '}',
      ']',
      ',',
      ':',
      '\u0000',
      '\ud800',
      1.5,
      true,
      null,
      [],
      {},
      ['a', { b: ['}'] }],
    ];
    for (const key of values.filter((value) => typeof value === 'string')) {
      for (const value of values) {
        const text = JSON.stringify({ [key]: value, last: [value, { [key]: value }] }, null, 2);
        expect(members(text).map(([key, value]) => [key, JSON.parse(value)])).toEqual(
          Object.entries(JSON.parse(text) as object),
        );
      }
    }
  });

  it('finds the elements of an array', () => {
    expect(elements('[1, "]", [2,[3]] ,{"a":[]}\n]')).toEqual(['1', '"]"', '[2,[3]]', '{"a":[]}']);
    expect(elements(' [ ]')).toEqual([]);
  });
});

describe(nestingDepth.name, () => {
  it.each([
    ['1', 0],
    ['"[[["', 0],
    ['{}', 1],
    ['{"a":[{"b":"]"}],"c":[[]]}', 3],
    ['['.repeat(100) + ']'.repeat(100), 100],
  ])('of %s is %i', (text, depth) => {
    expect(nestingDepth(text)).toBe(depth);
  });
});
