import { type Arrival, type Ledgers } from '../figures/ledgers.js';
import { percentilesOf, type Percentiles, round } from '../figures/percentiles.js';
import type { BenchOptions } from '../options.js';
import type { Measured } from '../stage.js';

/** The figures that every scenario has, under the names of the JSON output. */
export interface Figures {
  /** How long was measured. */
  seconds: number;
  /** Events accepted, and deliveries arrived, while it was measured. */
  published: number;
  delivered: number;
  /** Over the whole run, warm-up included. */
  lost: number;
  duplicates: number;
  deliveriesPerSecond: number;
  /** From sending a publish to its answer. */
  publishMs: Percentiles | null;
  /** From sending a publish to the arrival of the delivery at the receiver. */
  endToEndMs: Percentiles | null;
  cpuMicrosPerDelivery: { api: number; worker: number; database: number; queue: number; total: number };
  sqlStatementsPerDelivery: number;
  queueCommandsPerDelivery: number;
  rssMiB: { api: number; worker: number };
  /** What the benchmark itself takes of the machine; not part of the costs above. */
  harnessCpuMicrosPerDelivery: { publisher: number; receiver: number };
}

export interface Limit {
  atMost?: number;
  atLeast?: number;
}

/** One line of the table. */
export interface Row {
  figure: string;
  value: number | null;
  unit: string;
  limit?: Limit;
}

/** What a scenario has found. */
export interface Result {
  figures: Figures;
  /** Further members of the JSON output. */
  extras: Record<string, unknown>;
  /** Further lines of the table. */
  rows: Row[];
}

export type BenchReport = { scenario: string; queue: string } & Figures & Record<string, unknown>;

export function figuresOf(ledgers: Ledgers, measured: Measured): Figures {
  const { fromMs, toMs, cpuMicros } = measured;
  const published = ledgers.accepted.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const arrivals = arrivedIn(ledgers, measured);
  const per = (count: number): number => (arrivals.length === 0 ? 0 : count / arrivals.length);
  const { api, worker, database, queue } = cpuMicros;
  const seconds = (toMs - fromMs) / 1_000;
  return {
    seconds: round(seconds, 1),
    published: published.length,
    delivered: arrivals.length,
    lost: ledgers.lost,
    duplicates: ledgers.duplicates,
    deliveriesPerSecond: round(arrivals.length / seconds, 1),
    publishMs: percentilesOf(published.map(({ tookMs }) => tookMs)),
    endToEndMs: endToEnd(arrivals),
    cpuMicrosPerDelivery: {
      api: round(per(api), 1),
      worker: round(per(worker), 1),
      database: round(per(database), 1),
      queue: round(per(queue), 1),
      total: round(per(api + worker + database + queue), 1),
    },
    sqlStatementsPerDelivery: round(per(measured.sqlStatements), 4),
    queueCommandsPerDelivery: round(per(measured.queueCommands), 4),
    rssMiB: { api: round(measured.rssMiB.api, 1), worker: round(measured.rssMiB.worker, 1) },
    harnessCpuMicrosPerDelivery: {
      publisher: round(per(measured.harnessCpuMicros.publisher), 1),
      receiver: round(per(measured.harnessCpuMicros.receiver), 1),
    },
  };
}

export function arrivedIn(ledgers: Ledgers, { fromMs, toMs }: { fromMs: number; toMs: number }): Arrival[] {
  return ledgers.arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

export function endToEnd(arrivals: readonly Arrival[]): Percentiles | null {
  return percentilesOf(arrivals.map(({ atMs, cause }) => atMs - cause.atMs));
}

export function isMet({ value, limit }: Row): boolean | null {
  if (limit === undefined || value === null) return null;
  return value <= (limit.atMost ?? Number.POSITIVE_INFINITY) && value >= (limit.atLeast ?? Number.NEGATIVE_INFINITY);
}

export function toReport({ scenario, queue }: BenchOptions, { figures, extras, rows }: Result): BenchReport {
  const budgets = rows
    .filter(({ limit }) => limit !== undefined)
    .map((row) => ({ figure: row.figure, value: row.value, ...row.limit, isMet: isMet(row) }));
  return { scenario, queue, ...figures, ...extras, budgets };
}
