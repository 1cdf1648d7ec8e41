import { describe, expect, it } from 'vitest';
import type { Database } from '#database';
import { PayloadLoader } from './payload-loader.js';

const EVENT = '01890a5d-ac96-774b-bcce-b302099a8057';

function setup() {
  const reads: unknown[] = [];
  const db = {
    query: async (_: unknown, values: unknown[]) => {
      reads.push(values[0]);
      return [{ id: EVENT, type: 'a', occurredAtMs: 0, data: '{}', metadata: null, headers: null }];
    },
  } as unknown as Database;
  return { loader: new PayloadLoader(db), reads };
}

describe(PayloadLoader, () => {
  it('reads an event once for all its deliveries that start together', async () => {
    const { loader, reads } = setup();
    const [first, second] = await Promise.all([loader.load(EVENT), loader.load(EVENT)]);
    expect(first).toBe(second);
    expect(reads).toEqual([EVENT]);
  });

  it('keeps nothing: a payload may be erased before the next attempt', async () => {
    const { loader, reads } = setup();
    await loader.load(EVENT);
    await loader.load(EVENT);
    expect(reads).toHaveLength(2);
  });
});
