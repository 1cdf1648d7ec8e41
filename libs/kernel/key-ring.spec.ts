import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';

const [a, b] = [randomBytes(32), randomBytes(32)];

describe(KeyRing, () => {
  it('opens what it has sealed', () => {
    const ring = new KeyRing([['a', a]]);
    const sealed = ring.seal('whsec_ü', 'row-1');
    expect(ring.open(sealed, 'row-1').toString()).toBe('whsec_ü');
    expect(sealed.includes(Buffer.from('whsec'))).toBe(false);
  });

  it('seals the same text differently each time', () => {
    const ring = new KeyRing([['a', a]]);
    expect(ring.seal('x', 'row-1').equals(ring.seal('x', 'row-1'))).toBe(false);
  });

  it('does not open a value that was copied into another row', () => {
    const ring = new KeyRing([['a', a]]);
    expect(() => ring.open(ring.seal('x', 'row-1'), 'row-2')).toThrow();
  });

  it('notices every changed bit', () => {
    const ring = new KeyRing([['a', a]]);
    const sealed = ring.seal('x', 'row-1');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => ring.open(changed, 'row-1')).toThrow();
    }
  });

  it('seals with the first key and opens with all', () => {
    const before = new KeyRing([['a', a]]).seal('x', 'row-1');
    const rotated = new KeyRing([
      ['b', b],
      ['a', a],
    ]);
    expect(rotated.open(before, 'row-1').toString()).toBe('x');
    expect([rotated.isStale(before), rotated.isStale(rotated.seal('x', 'row-1'))]).toEqual([true, false]);
  });

  it('names the key that is missing', () => {
    const sealed = new KeyRing([['a', a]]).seal('x', 'row-1');
    expect(() => new KeyRing([['b', b]]).open(sealed, 'row-1')).toThrow(/"a" is not on the ring/);
  });

  it('gives the same fingerprint to the same text, and none that tells the text to whoever lacks the key', () => {
    const ring = new KeyRing([['a', a]]);
    expect(ring.fingerprint('hunter2')).toMatch(/^fingerprint:[0-9a-f]{16}$/);
    expect(ring.fingerprint('hunter2')).toBe(new KeyRing([['a', a]]).fingerprint('hunter2'));
    expect(ring.fingerprint('hunter3')).not.toBe(ring.fingerprint('hunter2'));
    expect(new KeyRing([['a', b]]).fingerprint('hunter2')).not.toBe(ring.fingerprint('hunter2'));
  });
});
