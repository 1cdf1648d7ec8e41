import { describe, expect, it } from 'vitest';
import { Outage } from './outage.js';

describe(Outage, () => {
  it('gives recorders a head start after one in which leases may have run out', () => {
    const outage = new Outage();
    outage.begin(1_000);
    outage.begin(50_000); // the first failure counts
    expect(outage.isUnderWay).toBe(true);
    outage.end(91_000);
    expect(outage.isUnderWay).toBe(false);
    expect(outage.claimsFromMs).toBeGreaterThan(93_000);
  });

  it('costs no time after a short one', () => {
    const outage = new Outage();
    outage.begin(1_000);
    outage.end(4_000);
    expect(outage.claimsFromMs).toBeLessThan(4_000);
  });

  it('keeps a head start when the other of the two notices the end as well', () => {
    const outage = new Outage();
    outage.begin(1_000);
    outage.end(91_000);
    outage.end(91_500);
    expect(outage.claimsFromMs).toBeGreaterThan(93_000);
  });
});
