import { describe, expect, it } from 'vitest';
import type { Executor } from '#database';
import { PumpWaker } from './pump-waker.js';

/** A database whose answers come when the test says so. */
function aDatabase() {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const query = () => new Promise<never[]>((resolve, reject) => waiting.push({ resolve: () => resolve([]), reject }));
  return { waiting, db: { query } as unknown as Executor };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

describe(PumpWaker, () => {
  it('has one notification under way, and one more for all that falls due meanwhile', async () => {
    const { waiting, db } = aDatabase();
    const pumps = new PumpWaker(db);
    for (let n = 0; n < 5; n++) pumps.wake();
    expect(waiting).toHaveLength(1);
    waiting[0]!.resolve();
    await aTurn();
    expect(waiting).toHaveLength(2);
    waiting[1]!.resolve();
    await aTurn();
    expect(waiting).toHaveLength(2);
    pumps.wake();
    expect(waiting).toHaveLength(3);
  });

  it('goes on after a notification that failed', async () => {
    const { waiting, db } = aDatabase();
    const pumps = new PumpWaker(db);
    pumps.wake();
    waiting[0]!.reject(new Error('Connection terminated'));
    await aTurn();
    pumps.wake();
    expect(waiting).toHaveLength(2);
  });
});
