import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPointerToken } from '#kernel';
import { scalarsOf } from './json-scalars.js';
import { REDACTED, redactJson } from './redact-json.js';

const CARD =
  '{ "amount" : 12345678901234567890, "rate":1.0,\n "card":{"number":"4111","expires":[12, 30]}, "items":[{"pin":1},{"pin":2}] }';

describe(redactJson.name, () => {
  it.each<[string[], string, string[]]>([
    [[], CARD, []],
    [
      ['/card'],
      CARD.replace('{"number":"4111","expires":[12, 30]}', '"[redacted]"'),
      ['{"number":"4111","expires":[12, 30]}'],
    ],
    [['/card/number'], CARD.replace('"4111"', '"[redacted]"'), ['"4111"']],
    [
      ['/card/number', '/card'],
      CARD.replace('{"number":"4111","expires":[12, 30]}', '"[redacted]"'),
      ['{"number":"4111","expires":[12, 30]}'],
    ],
    [['/card/expires/1'], CARD.replace('[12, 30]', '[12, "[redacted]"]'), ['30']],
    [
      ['/items/1/pin', '/amount'],
      CARD.replace('12345678901234567890', '"[redacted]"').replace('{"pin":2}', '{"pin":"[redacted]"}'),
      ['12345678901234567890', '2'],
    ],
    [['/items/01', '/items/-', '/items/2', '/rate/0', '/cards', '/card/number/0'], CARD, []],
    [[''], '"[redacted]"', [CARD]],
    [['no pointer'], CARD, []],
  ])('puts a mark at %j and changes nothing else', (pointers, text, hidden) => {
    expect(redactJson(CARD, pointers)).toEqual({ text, hidden });
  });

  it.each([
    ['{"a":1,"b":{"a":2},"a":3}', '/a', '{"a":"[redacted]","b":{"a":2},"a":"[redacted]"}'],
    ['{"c\\u0061rd":"x\\"}","d":1}', '/card', '{"c\\u0061rd":"[redacted]","d":1}'],
    ['{"a/b":{"m~n":1},"":2}', '/a~1b/m~0n', '{"a/b":{"m~n":"[redacted]"},"":2}'],
    ['{"a/b":{"m~n":1},"":2}', '/', '{"a/b":{"m~n":1},"":"[redacted]"}'],
    ['{"__proto__":{"x":1}}', '/__proto__/x', '{"__proto__":{"x":"[redacted]"}}'],
    ['{"0":"a","-":"b"}', '/0', '{"0":"[redacted]","-":"b"}'],
    ['[[1,2],[3]]', '/0/1', '[[1,"[redacted]"],[3]]'],
    [' 7 ', '/a', ' 7 '],
  ])('of %s hides what %j names', (text, pointer, shown) => {
    expect(redactJson(text, [pointer]).text).toBe(shown);
  });

  it('leaves JSON that says the same but for the named places, and never what stood there', () => {
    // A value that stands nowhere else, at a place among others, written with spaces as they come.
    const place = fc.record({
      path: fc.array(fc.oneof(fc.string(), fc.constantFrom('a', '/', '~', '"', '\\', '0')), {
        minLength: 1,
        maxLength: 4,
      }),
      secret: fc.string({ minLength: 8, maxLength: 8, unit: fc.constantFrom('S', 'E', '"', '\\', '\u20ac', '\n') }),
      beside: fc.json(),
      spaces: fc.constantFrom('', ' ', '\n\t'),
    });
    fc.assert(
      fc.property(place, ({ path, secret, beside, spaces }) => {
        const write = (value: string): string =>
          path.reduceRight((inner, key, depth) => {
            const other = `${JSON.stringify(`beside ${depth}`)}:${spaces}${beside}`;
            return `{${spaces}${other},${JSON.stringify(key)}${spaces}:${spaces}${inner}${spaces},${JSON.stringify(`behind ${depth}`)}:1.0}`;
          }, value);
        const value = JSON.stringify({ number: [secret] });
        const pointer = path.map((key) => `/${toPointerToken(key)}`).join('');
        const { text, hidden } = redactJson(write(value), [pointer]);
        expect(text).toBe(write(JSON.stringify(REDACTED)));
        expect(() => JSON.parse(text) as unknown).not.toThrow();
        expect(hidden).toEqual([value]);
        if (!write('0').includes(JSON.stringify(secret))) expect(text).not.toContain(JSON.stringify(secret));
      }),
      { numRuns: 500 },
    );
  });

  it('does to any JSON what the pointers say, as one sees it who has parsed it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), fc.nat(), (value, first, second) => {
        const all = pointersInto(value);
        const pointers = [all[first % all.length]!, all[second % all.length]!];
        const { text, hidden } = redactJson(JSON.stringify(value), pointers);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(replaced(value, pointers, ''))));
        expect(hidden.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

function pointersInto(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, one]) => pointersInto(one, `${at}/${toPointerToken(key)}`))];
}

function replaced(value: unknown, pointers: readonly string[], at: string): unknown {
  if (pointers.includes(at)) return REDACTED;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, one]) => [key, replaced(one, pointers, `${at}/${toPointerToken(key)}`)] as const,
  );
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

describe(scalarsOf.name, () => {
  it.each([
    ['"a\\u0062"', ['ab']],
    ['12345678901234567890', ['12345678901234567890']],
    ['{"a":[1.0,"x",true,null,{"b":-2e5}],"c":""}', ['1.0', 'x', '-2e5', '']],
    ['{"a@b.c":true,"4111":{"last_name":null}}', ['a@b.c', '4111']],
    ['false', []],
  ])('of %s are %j', (json, scalars) => {
    expect(scalarsOf(json)).toEqual(scalars);
  });
});
