import { describe, expect, it } from 'vitest';
import { readIfMatch } from './answers.js';

describe(readIfMatch, () => {
  it.each([
    ['"7"', 7],
    [' "12" ', 12],
    ['*', null],
    [undefined, null],
  ])('reads %s as %s', (header, version) => {
    expect(readIfMatch(header)).toBe(version);
  });

  it.each(['"0"', 'W/"7"', '7', '"x"', '"1234567890"'])('takes %s for no version that there is', (header) => {
    expect(readIfMatch(header)).toBe(-1);
  });
});
