import { describe, expect, it } from 'vitest';
import type { SendResult } from '#transport';
import { maskRepeated } from './repeated-secrets.js';

const answered = (responseHeaders: string | null, responseBody: string | null, error: string | null = null) =>
  ({ responseHeaders, responseBody, error }) as SendResult;

describe(maskRepeated, () => {
  it('masks every secret wherever the receiver has repeated it', () => {
    const result = answered(
      '{"x-got":"Bearer s3cret-token"}',
      'You said s3cret-token, s3cret-token!',
      'got s3cret-token',
    );
    expect(maskRepeated(result, ['s3cret-token'])).toEqual(
      answered('{"x-got":"Bearer ********"}', 'You said ********, ********!', 'got ********'),
    );
  });

  it('leaves alone what repeats nothing, and what carries no secret', () => {
    const result = answered('{}', 'fine');
    expect(maskRepeated(result, ['s3cret-token'])).toEqual(result);
    expect(maskRepeated(result, [])).toBe(result);
    expect(maskRepeated(answered(null, null), ['s3cret-token'])).toEqual(answered(null, null));
  });
});
