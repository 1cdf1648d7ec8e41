import { describe, expect, it } from 'vitest';
import { toMergePatch } from './merge-patch.js';

describe(toMergePatch, () => {
  it('says what differs, and nothing else', () => {
    expect(toMergePatch({ a: 1, b: [1, 2], c: 'x' }, { a: 1, b: [1, 2], c: 'y' })).toEqual({ c: 'y' });
    expect(toMergePatch({ a: { b: 1 } }, { a: { b: 1 } })).toEqual({});
  });

  it('takes out what is gone, inside of objects too', () => {
    const before = { headers: { 'x-team': 'a', 'x-region': 'eu' }, note: 'old' };
    expect(toMergePatch(before, { headers: { 'x-team': 'a' } })).toEqual({ headers: { 'x-region': null }, note: null });
  });

  it('takes out a null that is gone', () => {
    expect(toMergePatch({ filter: { end: null, kind: 1 } }, { filter: { kind: 1 } })).toEqual({
      filter: { end: null },
    });
  });

  it('replaces lists, and what was no object, whole', () => {
    expect(toMergePatch({ a: [1, 2], b: null }, { a: [2], b: { c: 1 } })).toEqual({ a: [2], b: { c: 1 } });
  });
});
