import { ApiProperty } from '@nestjs/swagger';
import { addCounts, BUCKETS, type Bucket, noCounts, percentile, type TrafficBucket, type TrafficCounts } from '#stats';
import { toTypeIdOrNull, type Uuid } from '#kernel';
import type { StatsWindow } from './stats-window.js';

class LatencyResponse {
  @ApiProperty({ type: Number, nullable: true, description: 'null: no attempt was made.' })
  average: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'From a histogram: right to some 20 %.' })
  p50: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p95: number | null;

  @ApiProperty({ type: Number, nullable: true })
  p99: number | null;
}

export class TrafficResponse {
  @ApiProperty({
    type: 'integer',
    description: 'Events that were accepted. 0 of a single endpoint: events are of tenants.',
  })
  published: number;

  @ApiProperty({ type: 'integer', description: 'Requests that were made.' })
  attempts: number;

  @ApiProperty({ type: 'integer', description: 'Deliveries that succeeded.' })
  delivered: number;

  @ApiProperty({ type: 'integer', description: 'Attempts that failed.' })
  failed: number;

  @ApiProperty({ type: 'integer', description: 'Failed attempts after which the delivery is tried again.' })
  retried: number;

  @ApiProperty({
    type: 'integer',
    description: 'Deliveries that were given up, after an attempt or because they had expired.',
  })
  dead: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the attempts, 0 to 1; null: none was made.' })
  successRate: number | null;

  @ApiProperty({ type: () => LatencyResponse, description: 'Of an attempt, connect to last body byte.' })
  latencyMs: LatencyResponse;
}

class TrafficBucketResponse extends TrafficResponse {
  @ApiProperty({ type: String, format: 'date-time' })
  start: string;
}

export class StatsResponse {
  @ApiProperty({ type: String, enum: [...BUCKETS] })
  bucket: Bucket;

  @ApiProperty({ type: String, format: 'date-time', description: 'Start of the first bucket.' })
  since: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'End of the last one, which may still be filling.' })
  until: string;

  @ApiProperty({ type: String, nullable: true, description: 'null: of all tenants.' })
  tenant: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: of all endpoints.' })
  endpoint: string | null;

  @ApiProperty({
    type: () => [TrafficBucketResponse],
    description: 'Oldest first, those in which nothing happened too.',
  })
  data: TrafficBucketResponse[];

  @ApiProperty({ type: () => TrafficResponse, description: 'All of it together.' })
  total: TrafficResponse;
}

/** Whose numbers they are; null: of all. */
export interface StatsOf {
  readonly tenantId: Uuid | null;
  readonly endpointId: Uuid | null;
}

export function toStatsResponse(
  { bucket, sinceMs, untilMs }: StatsWindow,
  { tenantId, endpointId }: StatsOf,
  series: readonly TrafficBucket[],
): StatsResponse {
  const total = noCounts();
  for (const one of series) addCounts(total, one);
  return {
    bucket,
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    tenant: toTypeIdOrNull('ten', tenantId),
    endpoint: toTypeIdOrNull('ep', endpointId),
    data: series.map((one) => Object.assign(toTrafficResponse(one), { start: new Date(one.startMs).toISOString() })),
    total: toTrafficResponse(total),
  };
}

export function toTrafficResponse(counts: TrafficCounts): TrafficResponse {
  const { published, attempts, delivered, failed, retried, dead, durationMsSum, latency } = counts;
  return {
    published,
    attempts,
    delivered,
    failed,
    retried,
    dead,
    successRate: attempts === 0 ? null : Number(((attempts - failed) / attempts).toFixed(4)),
    latencyMs: {
      average: attempts === 0 ? null : Number((durationMsSum / attempts).toFixed(1)),
      p50: percentile(latency, 0.5),
      p95: percentile(latency, 0.95),
      p99: percentile(latency, 0.99),
    },
  };
}
