import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { DatabaseClock, type Uuid, uuidFloor, uuidTime } from '#kernel';

/** An event's id is made this long before its statement begins at most: the pool's queue and one way to the database. */
const SETTLING_MS = 1_000;

/** No publish takes this long: whatever is older is there or will never be. */
const SETTLED_AFTER_MS = 120_000;

/** The oldest transaction of ours that may still write. Its start is not later than any of its events' commit. */
const OLDEST_WRITER = `
  SELECT extract(epoch FROM min(xact_start))::float8 * 1000 AS "startedAtMs"
    FROM pg_stat_activity
   WHERE datname = current_database() AND backend_xid IS NOT NULL AND application_name LIKE 'posthorn%'`;

/**
 * Up to where a list of events in ascending order may be read without skipping any: ids are made before the commit, so
 * that an event with a smaller id may still become visible after one with a larger.
 */
@Injectable()
export class SettledEvents {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * A bound below which every event that will ever be is visible to statements that begin after this resolves, for a
   * page that wants to show events up to `newestId`. First waits until whoever made an id before that one has at least
   * begun to write (nothing to wait for when the event is a second old), then stays below the oldest one still writing.
   * Null: nothing is in the way.
   */
  async bound(newestId: Uuid): Promise<Uuid | null> {
    const ageMs = this.clock.now() - uuidTime(newestId);
    if (ageMs >= SETTLED_AFTER_MS) return null;
    if (ageMs < SETTLING_MS) await sleep(Math.min(SETTLING_MS - ageMs, SETTLING_MS));
    const [oldest] = await this.db.query<{ startedAtMs: number | null }>(OLDEST_WRITER);
    return oldest?.startedAtMs == null ? null : uuidFloor(oldest.startedAtMs - SETTLING_MS);
  }
}
