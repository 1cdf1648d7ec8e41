import { describe, expect, it } from 'vitest';
import { elementSpans, memberSpans, nestingDepth } from './json-spans.js';

const members = (text: string) => memberSpans(text).map(({ key, start, end }) => [key, text.slice(start, end)]);

describe(memberSpans.name, () => {
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
        expect(memberSpans(text).map((m) => [m.key, JSON.parse(text.slice(m.start, m.end))])).toEqual(
          Object.entries(JSON.parse(text) as object),
        );
      }
    }
  });
});

describe(elementSpans.name, () => {
  it('finds the elements of an array', () => {
    const text = '[1, "]", [2,[3]] ,{"a":[]}\n]';
    expect(elementSpans(text, 0).map(({ start, end }) => text.slice(start, end))).toEqual([
      '1',
      '"]"',
      '[2,[3]]',
      '{"a":[]}',
    ]);
    expect(elementSpans(' [ ]', 0)).toEqual([]);
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
    expect(nestingDepth(text, { start: 0, end: text.length })).toBe(depth);
  });
});
