import { describe, expect, it } from 'vitest';
import { RawJson, toJsonText } from './raw-json.js';

describe('toJsonText', () => {
  it('keeps raw texts character for character, wherever they stand', () => {
    const text = '{ "amount": 12345678901234567890, "rate":1.0, "$&": "$1" }';
    expect(toJsonText({ data: [new RawJson(text)], next: new RawJson('1.0'), note: 'a"b' })).toBe(
      `{"data":[${text}],"next":1.0,"note":"a\\"b"}`,
    );
  });

  it('is plain JSON for everything else', () => {
    const value = { a: [1, null, 'raw-0'], b: { c: true } };
    expect(toJsonText(value)).toBe(JSON.stringify(value));
  });
});
