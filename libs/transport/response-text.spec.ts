import { describe, expect, it } from 'vitest';
import { bodyText, headersText } from './response-text.js';

describe('bodyText', () => {
  it('replaces NUL and broken bytes by U+FFFD', () => {
    expect(bodyText(Buffer.from([0x61, 0x00, 0xff, 0x62]), true)).toBe('a\uFFFD\uFFFDb');
  });

  it.each([
    ['é', 1],
    ['€', 1],
    ['€', 2],
    ['😀', 1],
    ['😀', 2],
    ['😀', 3],
  ])('leaves out a %s of which only %i bytes came before the cut', (character, kept) => {
    const bytes = Buffer.concat([Buffer.from('ok'), Buffer.from(character).subarray(0, kept)]);
    expect(bodyText(bytes, false)).toBe('ok');
  });

  it('keeps a whole character before the cut', () => {
    for (const text of ['okx', 'oké', 'ok€', 'ok😀']) expect(bodyText(Buffer.from(text), false)).toBe(text);
  });

  it('shows surrogates that someone encoded one by one as broken', () => {
    const text = bodyText(Buffer.from([0xed, 0xa0, 0x80]), true);
    expect(text).toBe('\uFFFD\uFFFD\uFFFD');
  });
});

describe('headersText', () => {
  it('joins repeated values', () => {
    expect(headersText({ 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] })).toBe(
      '{"content-type":"text/plain","set-cookie":"a=1, b=2"}',
    );
  });

  it('takes a header named __proto__ like any other', () => {
    const headers = JSON.parse('{"__proto__":["x","y"],"a":"b"}') as Record<string, string[]>;
    expect(headersText(headers)).toBe('{"__proto__":"x, y","a":"b"}');
  });

  it.each([
    ['one long value', { a: 'x'.repeat(50_000), b: 'small' }],
    ['many values', Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`header-${i}`, 'value']))],
    ['a value that doubles in UTF-8', { a: 'é'.repeat(12_000) }],
    ['a value full of quotes', { a: '"'.repeat(20_000), b: 'small' }],
  ])('stays valid JSON within the limit with %s', (_name, headers) => {
    const text = headersText(headers, 16_384);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384);
    const parsed = JSON.parse(text) as Record<string, string>;
    expect(Object.keys(parsed).length).toBeGreaterThan(0);
    for (const name in parsed) expect(headers).toHaveProperty(name);
  });
});
