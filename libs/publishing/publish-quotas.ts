import type { Database, Statement } from '#database';
import type { Uuid } from '#kernel';

/**
 * Takes $2 events at most out of a tenant's quota of $3 a second, of which one second's worth may be used at once. Answers
 * how many were granted, and how long until the next one; nothing when the tenant has no row yet.
 */
const RESERVE: Statement = {
  name: 'reserve_quota',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), quota AS MATERIALIZED (
      SELECT q.tenant_id, clock.now, greatest(q.full_at, clock.now) AS from_at
        FROM publish_quotas q CROSS JOIN clock WHERE q.tenant_id = $1 FOR UPDATE OF q
    ), granted AS MATERIALIZED (
      SELECT tenant_id, now, from_at,
             greatest(0, least($2::int, floor($3::float8 * extract(epoch FROM now + interval '1 second' - from_at))::int)) AS count
        FROM quota
    ), taken AS (
      UPDATE publish_quotas q SET full_at = g.from_at + g.count / $3::float8 * interval '1 second'
        FROM granted g WHERE q.tenant_id = g.tenant_id AND g.count > 0
    )
    SELECT count, extract(epoch FROM from_at + (count + 1) / $3::float8 * interval '1 second' - interval '1 second' - now)
                    ::float8 * 1000 AS "waitMs"
      FROM granted`,
};

const BEGIN: Statement = {
  name: 'begin_quota',
  text: `INSERT INTO publish_quotas (tenant_id, full_at) VALUES ($1, clock_timestamp()) ON CONFLICT DO NOTHING`,
};

/** Of a tenant's quota a process reserves this part ahead, so that it asks ten times a second at most. */
const AHEAD = 0.1;

/** What was reserved and not used within so long is let go of. */
const KEPT_MS = 1_000;

/** Tenants remembered; past that the memory starts anew, and they are asked for again. */
const CAPACITY = 10_000;

interface Quota {
  perSecond: number;
  reserved: number;
  reservedUntilMs: number;
  /** Nothing is granted before. */
  emptyUntilMs: number;
  waiting: ((waitMs: number | null) => void)[];
}

interface Granted {
  count: number;
  waitMs: number;
}

/**
 * How many events a second tenants may publish, over all processes: the database keeps one row for each tenant that has a
 * quota, and each process reserves a part of it ahead (ADR 0033). So it holds to a tenth of a second's worth for each
 * process, and costs ten statements a second at most, and none for those without a quota.
 */
export class PublishQuotas {
  private quotas = new Map<Uuid, Quota>();

  constructor(private readonly db: Database) {}

  /** Takes one event out of the quota. Null: it may be published; else the milliseconds until one may. First come, first served. */
  async take(tenantId: Uuid, perSecond: number): Promise<number | null> {
    const quota = this.quotaOf(tenantId, perSecond);
    const nowMs = performance.now();
    if (quota.reserved > 0 && nowMs < quota.reservedUntilMs) {
      quota.reserved -= 1;
      return null;
    }
    if (nowMs < quota.emptyUntilMs) return quota.emptyUntilMs - nowMs;
    const answer = new Promise<number | null>((resolve) => quota.waiting.push(resolve));
    if (quota.waiting.length === 1) void this.serve(tenantId, quota);
    return answer;
  }

  private quotaOf(tenantId: Uuid, perSecond: number): Quota {
    const known = this.quotas.get(tenantId);
    if (known?.perSecond === perSecond) return known;
    if (this.quotas.size >= CAPACITY) this.quotas = new Map();
    const quota = { perSecond, reserved: 0, reservedUntilMs: 0, emptyUntilMs: 0, waiting: [] };
    this.quotas.set(tenantId, quota);
    return quota;
  }

  /** Answers those who wait, together with whoever comes while the database is asked. */
  private async serve(tenantId: Uuid, quota: Quota): Promise<void> {
    // All that one request brings is there before the database is asked.
    await Promise.resolve();
    while (quota.waiting.length > 0) {
      const wanted = Math.max(quota.waiting.length, Math.ceil(quota.perSecond * AHEAD));
      // With the database away, publishing says so itself.
      const granted = await this.reserve(tenantId, quota.perSecond, wanted).catch(() => ({ count: wanted, waitMs: 0 }));
      this.share(quota, granted, wanted);
    }
  }

  private share(quota: Quota, { count, waitMs }: Granted, wanted: number): void {
    const nowMs = performance.now();
    const admitted = quota.waiting.splice(0, count);
    for (const admit of admitted) admit(null);
    quota.reserved = count - admitted.length;
    quota.reservedUntilMs = nowMs + KEPT_MS;
    if (count >= wanted) return;
    const pauseMs = Math.max(1, waitMs);
    quota.emptyUntilMs = nowMs + pauseMs;
    if (quota.reserved > 0) return;
    for (const refuse of quota.waiting.splice(0)) refuse(pauseMs);
  }

  private async reserve(tenantId: Uuid, perSecond: number, wanted: number): Promise<Granted> {
    for (;;) {
      const [granted] = await this.db.query<Granted>(RESERVE, [tenantId, wanted, perSecond]);
      if (granted) return granted;
      await this.db.query(BEGIN, [tenantId]);
    }
  }
}
