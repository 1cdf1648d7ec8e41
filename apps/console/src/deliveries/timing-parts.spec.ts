import { describe, expect, it } from 'vitest';
import { toTimingParts } from './timing-parts.js';

describe(toTimingParts, () => {
  it('splits an attempt into its parts, which add up to the whole', () => {
    const timings = { dnsMs: 2, connectMs: 10, tlsMs: 30, firstByteMs: 100 };
    const parts = toTimingParts({ timings, durationMs: 150 });
    expect(parts.map(({ name, ms }) => `${name} ${ms}`)).toEqual([
      'DNS 2',
      'Connect 10',
      'TLS 30',
      'First byte 100',
      'Reading 8',
    ]);
  });

  it('leaves out what a connection that was open already has spared', () => {
    const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: 40 };
    expect(toTimingParts({ timings, durationMs: 40 })).toEqual([{ name: 'First byte', ms: 40 }]);
  });

  it('calls it waiting when nothing came', () => {
    const timings = { dnsMs: 1, connectMs: 4, tlsMs: null, firstByteMs: null };
    expect(toTimingParts({ timings, durationMs: 15_000 }).at(-1)).toEqual({ name: 'Waiting', ms: 14_995 });
  });
});
