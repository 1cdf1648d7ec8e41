import type { Database } from '#database';
import type { ExpiringDeadLetters } from '#deliveries';
import { type Announcement, announce } from '#endpoints';
import { uuidTime } from '#kernel';

const DAY_MS = 86_400_000;

/** Tells tenants of unresolved dead letters that go within two days, `retentionDays` after their events came. */
export async function tellOfExpiring(
  db: Database,
  expiring: readonly ExpiringDeadLetters[],
  retentionDays: number,
): Promise<void> {
  const news = expiring.map(({ tenantId, fresh, oldestEventId }): Announcement => {
    const expireBefore = new Date(uuidTime(oldestEventId) + retentionDays * DAY_MS).toISOString();
    return { tenantId, type: 'posthorn.dead_letters.expiring', subject: null, data: { count: fresh, expireBefore } };
  });
  await announce(db, news);
}
