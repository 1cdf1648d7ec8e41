import { describe, expect, it } from 'vitest';
import { mergeObject } from './merge-patch.js';

describe(mergeObject, () => {
  it('sets keys that name parts of every object as ordinary keys', () => {
    const merged = mergeObject({}, JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as object);
    expect(JSON.stringify(merged)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
