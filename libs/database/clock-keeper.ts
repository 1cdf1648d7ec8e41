import { performance } from 'node:perf_hooks';
import type { DatabaseClock } from '#kernel';
import type { Database } from './database.js';

const EVERY_MS = 30_000;

/** Of a few readings the one with the shortest round trip is the truest. */
const READINGS = 3;

/** Takes the database's time into `clock`, now; rejects when the database is away. */
export async function syncClock(db: Database, clock: DatabaseClock): Promise<void> {
  let best = { databaseMs: 0, asked: 0, answered: Number.POSITIVE_INFINITY };
  for (let reading = 0; reading < READINGS; reading++) {
    const asked = performance.now();
    const databaseMs = await db.readClock();
    const answered = performance.now();
    if (answered - asked < best.answered - best.asked) best = { databaseMs, asked, answered };
  }
  clock.adjust(best.databaseMs, best.asked, best.answered);
}

/** Keeps `clock` in step with the database's; answers how to stop. A reading that fails leaves the clock as it is. */
export function keepClock(db: Database, clock: DatabaseClock): () => void {
  const timer = setInterval(() => void syncClock(db, clock).catch(() => undefined), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
