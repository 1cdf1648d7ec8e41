import { describe, expect, it } from 'vitest';
import { isMistyped, keyPrefix, newKeyText, recognisablePart } from './key-text.js';

const OLD_KEY = `phk_abcd1234_${'aB3-_'.repeat(8)}xyz`;

describe(newKeyText, () => {
  it('has a part to recognise it by, 256 bits and a checksum', () => {
    const key = newKeyText();
    expect(key).toMatch(/^phk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}$/);
    expect(isMistyped(key)).toBe(false);
  });
});

describe(isMistyped, () => {
  it('notices any one character that was changed, and any two that changed places', () => {
    const key = newKeyText();
    for (let at = 13; at < key.length; at++) {
      const other = key[at] === 'a' ? 'b' : 'a';
      expect(isMistyped(key.slice(0, at) + other + key.slice(at + 1))).toBe(true);
      const [one, two] = [key[at]!, key[at + 1] ?? ''];
      if (two !== '' && one !== two && at < 55) {
        expect(isMistyped(key.slice(0, at) + two + one + key.slice(at + 2))).toBe(true);
      }
    }
  });

  it('knows a checksum that was computed elsewhere', () => {
    const text = `phk_abcd1234_${'A'.repeat(43)}`;
    // binascii.crc32 of Python: 0x0a5b53a7.
    expect(isMistyped(`${text}0Bl4Dv`)).toBe(false);
    expect(isMistyped(`${text}0Bl4Dw`)).toBe(true);
  });

  it('says nothing of keys without one, and of texts that operators chose', () => {
    for (const text of [OLD_KEY, 'phk_unknown', 'an-admin-key-for-tests', `phk_admin_${'a'.repeat(43)}`, '']) {
      expect(isMistyped(text)).toBe(false);
    }
  });
});

describe(recognisablePart, () => {
  it('is the start of a key of ours, and nothing of any other text', () => {
    expect(recognisablePart(OLD_KEY)).toBe('phk_abcd1234');
    expect(recognisablePart('phk_abcd1234')).toBeNull();
    expect(recognisablePart('s3cret-of-the-operator')).toBeNull();
    expect(keyPrefix('s3cret-of-the-operator')).toBe('s3cr');
  });
});
