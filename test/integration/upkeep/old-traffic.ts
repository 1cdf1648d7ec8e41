import { type Database, ensurePartitions } from '#database';
import { newUuid, type Uuid } from '#kernel';

export const DAY_MS = 86_400_000;

export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** Traffic of days past, by SQL. */
export class OldTraffic {
  constructor(
    private readonly db: Database,
    private readonly of: { tenantId: Uuid; endpointId: Uuid },
  ) {}

  /** The partitions of a day, as if the platform had been running then. */
  async day(ms: number): Promise<void> {
    await ensurePartitions(this.db, ms, { daysAhead: 0, daysBehind: 0 });
  }

  async event(atMs: number, uid: string | null = null): Promise<Uuid> {
    await this.day(atMs);
    const id = idAt(atMs);
    await this.db.query(
      `INSERT INTO events (id, tenant_id, uid, type, data, metadata, headers, occurred_at, created_at)
       VALUES ($1, $2, $3, 'a.b', '{"card":"4711"}', '{"m":1}', '{"x-y":"z"}', to_timestamp($4), to_timestamp($4))`,
      [id, this.of.tenantId, uid, atMs / 1000],
    );
    if (uid !== null) {
      const sql = `INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint) VALUES ($1, $2, $3, '')`;
      await this.db.query(sql, [this.of.tenantId, uid, id]);
    }
    return id;
  }

  /** A delivery that ended with one attempt; `dead`: and left a dead letter. */
  async ended(eventId: Uuid, atMs: number, status: 'succeeded' | 'dead' = 'succeeded'): Promise<Uuid> {
    await this.day(atMs);
    const id = idAt(atMs);
    await this.db.query(
      `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, created_at, completed_at,
              type, status)
       VALUES ($1, $2, $3, $4, 1, 1, to_timestamp($5), to_timestamp($5), 'a.b', $6)`,
      [id, eventId, this.of.tenantId, this.of.endpointId, atMs / 1000, status],
    );
    await this.db.query(
      `INSERT INTO attempts (delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code,
              succeeded, truncated, trigger, response_headers, response_body)
       VALUES ($1, 1, 1, 1, to_timestamp($2), 5, 200, true, false, 'schedule', '{"a":"b"}', 'you sent 4711')`,
      [id, atMs / 1000],
    );
    if (status === 'dead') {
      await this.db.query(
        `INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
         VALUES ($1, $2, $3, $4, $5, 'a.b', 'exhausted', to_timestamp($6))`,
        [idAt(atMs), id, eventId, this.of.tenantId, this.of.endpointId, atMs / 1000],
      );
    }
    return id;
  }

  /** An open delivery; `over`: columns and their SQL. */
  async open(eventId: Uuid, atMs: number, over: Record<string, string> = {}): Promise<Uuid> {
    await this.day(atMs);
    const id = idAt(atMs);
    const columns = { due_at: `clock_timestamp() + interval '1 h'`, waiting_for: `'retry'`, ...over };
    await this.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type,
              ${Object.keys(columns).join(', ')})
       VALUES ($1, $2, $3, $4, 1, to_timestamp($5), 'a.b', ${Object.values(columns).join(', ')})`,
      [id, eventId, this.of.tenantId, this.of.endpointId, atMs / 1000],
    );
    return id;
  }
}

let made = 0;

/** An id of exactly this millisecond: `newUuid` never goes back. */
export function idAt(ms: number): Uuid {
  const random = newUuid(ms).slice(23);
  const time = Math.floor(ms).toString(16).padStart(12, '0');
  const count = (made++ % 0xfff).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8000${random}`;
}
