import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { ALL, COLUMNS, LATENCY, noCounts, type TrafficCounts, type TrafficScope } from './traffic-counts.js';

export const BUCKETS = ['minute', 'hour', 'day'] as const;

export type Bucket = (typeof BUCKETS)[number];

export const BUCKET_MS: Readonly<Record<Bucket, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export interface TrafficBucket extends TrafficCounts {
  readonly startMs: number;
}

/** Beside the sums of what is over, what has not been summed up yet: each count stands in one of them. */
const SOURCES: Readonly<Record<Bucket, readonly (readonly [table: string, notIn: string | null])[]>> = {
  minute: [['traffic_minutes', null]],
  hour: [
    ['traffic_hours', null],
    ['traffic_minutes', 'hours'],
  ],
  day: [
    ['traffic_days', null],
    ['traffic_hours', 'days'],
    ['traffic_minutes', 'hours'],
  ],
};

const read = (bucket: Bucket): string => {
  const parts = SOURCES[bucket].map(
    ([table, notIn]) => `
      SELECT starts_at, ${COLUMNS.join(', ')} FROM ${table}
       WHERE tenant_id = $1 AND part_id = $2
         AND starts_at >= to_timestamp($3::float8 / 1000) AND starts_at < to_timestamp($4::float8 / 1000)
         ${notIn === null ? '' : `AND starts_at >= (SELECT done_until FROM traffic_rollups WHERE name = '${notIn}')`}`,
  );
  return `
    SELECT floor(extract(epoch FROM starts_at) * 1000 / ${BUCKET_MS[bucket]})::float8 * ${BUCKET_MS[bucket]} AS start_ms,
           ${COLUMNS.map((one) => `sum(${one})::bigint AS ${one}`).join(', ')}
      FROM (${parts.join(' UNION ALL ')}) counted
     GROUP BY 1`;
};

const READ = { minute: read('minute'), hour: read('hour'), day: read('day') };

export interface RecentTraffic {
  readonly tenantId: Uuid;
  readonly attempts: number;
  readonly failed: number;
}

const RECENT_BY_TENANT = `
  SELECT tenant_id AS "tenantId", sum(attempts)::bigint AS attempts, sum(failed)::bigint AS failed FROM traffic_minutes
   WHERE part_id = '${ALL}' AND tenant_id <> '${ALL}' AND starts_at > clock_timestamp() - $1 * interval '1 ms'
   GROUP BY tenant_id HAVING sum(attempts) > 0`;

type Row = Readonly<Record<string, number>>;

/** Answers how much there was, and how it went, bucket by bucket: from the counters, never from what was counted. */
@Injectable()
export class TrafficReadModel {
  constructor(private readonly db: Database) {}

  /** Attempts of the last `spanMs`, of each tenant that had any. */
  async recentByTenant(spanMs: number): Promise<RecentTraffic[]> {
    return this.db.query<RecentTraffic>(RECENT_BY_TENANT, [spanMs]);
  }

  /** From `sinceMs` until before `untilMs`, which are starts of buckets; those in which nothing happened included. */
  async series(scope: TrafficScope, bucket: Bucket, sinceMs: number, untilMs: number): Promise<TrafficBucket[]> {
    const rows = await this.db.query<Row>(READ[bucket], [scope.tenantId, scope.partId, sinceMs, untilMs]);
    const byStart = new Map(rows.map((row) => [row['start_ms'], row]));
    const series: TrafficBucket[] = [];
    for (let startMs = sinceMs; startMs < untilMs; startMs += BUCKET_MS[bucket]) {
      const row = byStart.get(startMs);
      series.push({ startMs, ...(row ? toCounts(row) : noCounts()) });
    }
    return series;
  }
}

function toCounts(row: Row): TrafficCounts {
  return {
    published: row['published']!,
    attempts: row['attempts']!,
    failed: row['failed']!,
    delivered: row['delivered']!,
    retried: row['retried']!,
    dead: row['dead']!,
    durationMsSum: row['duration_ms_sum']!,
    latency: LATENCY.map((column) => row[column]!),
  };
}
