import { describe, expect, it } from 'vitest';
import { ALL, noCounts, type ScopedCounts, withSums } from './traffic-counts.js';

const part = (tenantId: string, partId: string, counts: Partial<ScopedCounts>): ScopedCounts => ({
  ...noCounts(),
  ...counts,
  tenantId,
  partId,
});

describe(withSums, () => {
  it('adds the sums of each tenant and of everything to the counts of their parts', () => {
    const rows = withSums([
      part('a', 'a1', { attempts: 3, failed: 1, durationMsSum: 30 }),
      part('a', 'a2', { attempts: 2, durationMsSum: 8 }),
      part('b', 'b1', { attempts: 1, failed: 1 }),
    ]);
    const attempts = Object.fromEntries(rows.map((row) => [`${row.tenantId} ${row.partId}`, row.attempts]));
    expect(attempts).toEqual({
      'a a1': 3,
      'a a2': 2,
      'b b1': 1,
      [`a ${ALL}`]: 5,
      [`b ${ALL}`]: 1,
      [`${ALL} ${ALL}`]: 6,
    });
    expect(rows.find((row) => row.tenantId === ALL)).toMatchObject({ failed: 2, durationMsSum: 38 });
  });

  it('has a sum over all tenants of what a key has published, and of no endpoint', () => {
    const rows = withSums([part('a', 'key', { published: 2 }), part('b', 'key', { published: 1 })]);
    expect(rows.find((row) => row.tenantId === ALL && row.partId === 'key')).toMatchObject({ published: 3 });
    expect(withSums([part('a', 'ep', { attempts: 1 })])).toHaveLength(3);
  });
});
