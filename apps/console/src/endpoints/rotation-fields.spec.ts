import { describe, expect, it } from 'vitest';
import { FieldMistake } from '../ui/form-errors.js';
import { BLANK_ROTATION, hasTwoKinds, toRotation } from './rotation-fields.js';

describe(toRotation, () => {
  it('leaves to the API what is empty: cleared hours do not end the old secret at once', () => {
    expect(toRotation(BLANK_ROTATION)).toEqual({ graceSeconds: 86_400 });
    expect(toRotation({ ...BLANK_ROTATION, graceHours: '' })).toEqual({});
    expect(toRotation({ ...BLANK_ROTATION, graceHours: 0 })).toEqual({ graceSeconds: 0 });
    expect(() => toRotation({ ...BLANK_ROTATION, graceHours: '-' })).toThrow(FieldMistake);
  });

  it('brings a secret along as it is written, and for later', () => {
    const activatesAt = '2026-03-01T09:30';
    const typed = { ...BLANK_ROTATION, secret: 'c0ffee', secretEncoding: 'hex', kind: 'hmac', activatesAt };
    expect(toRotation(typed)).toEqual({
      graceSeconds: 86_400,
      secret: 'c0ffee',
      secretEncoding: 'hex',
      kind: 'hmac',
      activatesAt: new Date(activatesAt).toISOString(),
    });
    expect(toRotation({ ...typed, secret: '', kind: null, activatesAt: '' })).toEqual({ graceSeconds: 86_400 });
  });
});

describe(hasTwoKinds, () => {
  it.each([
    [['standard', 'standard-ed25519'], true],
    [['standard', 'github'], false],
    [['standard-ed25519'], false],
  ])('of %j is %s', (schemes, isSo) => {
    expect(hasTwoKinds({ signing: schemes.map((scheme) => ({ scheme })) })).toBe(isSo);
  });
});
