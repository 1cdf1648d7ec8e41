import { describe, expect, it } from 'vitest';
import { differenceOf } from './difference.js';

describe(differenceOf, () => {
  it('tells only what has changed, on both sides', () => {
    expect(differenceOf({ name: 'Acme', n: 1, tags: ['a'] }, { name: 'Acme', n: 2, tags: ['a'] })).toEqual({
      before: { n: 1 },
      after: { n: 2 },
    });
  });

  it('tells what came and what went as null on the other side', () => {
    expect(differenceOf({ old: 1 }, { fresh: 2 })).toEqual({
      before: { old: 1, fresh: null },
      after: { old: null, fresh: 2 },
    });
  });

  it('takes what is undefined for null', () => {
    expect(differenceOf({ a: undefined }, { a: null })).toEqual({ before: {}, after: {} });
  });

  it('tells everything of what begins and of what ends', () => {
    expect(differenceOf(null, { a: 1, b: null })).toEqual({ before: null, after: { a: 1, b: null } });
    expect(differenceOf({ a: 1 }, null)).toEqual({ before: { a: 1 }, after: null });
    expect(differenceOf(null, null)).toEqual({ before: null, after: null });
  });

  it('tells a value that is too long by its size', () => {
    const schema = { description: 'x'.repeat(10_000) };
    const { before, after } = differenceOf({ schema: null }, { schema });
    expect(before).toEqual({ schema: null });
    expect(after).toEqual({ schema: `[${JSON.stringify(schema).length} characters]` });
  });
});
