import type { BenchOptions } from '../options.js';
import type { Figures, Limit, Row } from './result.js';

const SATURATED = new Set(['steady', 'fanout', 'history']);
const IDLE_MS = { redis: { p50: 8, p99: 35 }, postgres: { p50: 15, p99: 60 } };

/** The lines that every table has, each with its budget where there is one for this run. */
export function commonRows(figures: Figures, options: BenchOptions, batch: number): Row[] {
  const { publishMs, endToEndMs, cpuMicrosPerDelivery: cpu, harnessCpuMicrosPerDelivery: harness, rssMiB } = figures;
  const budget = budgetsFor(options, batch);
  return [
    { figure: 'lost', value: figures.lost, unit: '', limit: { atMost: 0 } },
    { figure: 'duplicates', value: figures.duplicates, unit: '', limit: { atMost: 0 } },
    { figure: 'deliveries a second', value: figures.deliveriesPerSecond, unit: '/s', ...budget.rate },
    { figure: 'publish p50', value: publishMs?.p50 ?? null, unit: 'ms' },
    { figure: 'publish p95', value: publishMs?.p95 ?? null, unit: 'ms' },
    { figure: 'publish p99', value: publishMs?.p99 ?? null, unit: 'ms' },
    { figure: 'end to end p50', value: endToEndMs?.p50 ?? null, unit: 'ms', ...budget.p50 },
    { figure: 'end to end p95', value: endToEndMs?.p95 ?? null, unit: 'ms' },
    { figure: 'end to end p99', value: endToEndMs?.p99 ?? null, unit: 'ms', ...budget.p99 },
    { figure: 'CPU per delivery: API', value: cpu.api, unit: 'µs' },
    { figure: 'CPU per delivery: worker', value: cpu.worker, unit: 'µs' },
    { figure: 'CPU per delivery: database', value: cpu.database, unit: 'µs' },
    { figure: 'CPU per delivery: queue', value: cpu.queue, unit: 'µs' },
    { figure: 'CPU per delivery: total', value: cpu.total, unit: 'µs', ...budget.cpu },
    { figure: 'SQL statements per delivery', value: figures.sqlStatementsPerDelivery, unit: '', ...budget.sql },
    { figure: 'queue commands per delivery', value: figures.queueCommandsPerDelivery, unit: '', ...budget.commands },
    { figure: 'CPU of the benchmark: publisher', value: harness.publisher, unit: 'µs' },
    { figure: 'CPU of the benchmark: receiver', value: harness.receiver, unit: 'µs' },
    { figure: 'memory: API', value: rssMiB.api, unit: 'MiB', limit: { atMost: 250 } },
    { figure: 'memory: worker', value: rssMiB.worker, unit: 'MiB', limit: { atMost: 300 } },
  ];
}

type BudgetedFigure = 'rate' | 'p50' | 'p99' | 'cpu' | 'sql' | 'commands';

function budgetsFor(
  { scenario, queue }: BenchOptions,
  batch: number,
): Partial<Record<BudgetedFigure, { limit: Limit }>> {
  if (scenario === 'idle') {
    return { p50: { limit: { atMost: IDLE_MS[queue].p50 } }, p99: { limit: { atMost: IDLE_MS[queue].p99 } } };
  }
  if (!SATURATED.has(scenario)) return {};
  return {
    sql: { limit: { atMost: 0.1 } },
    commands: { limit: { atMost: 0.5 } },
    ...(scenario !== 'fanout' && batch >= 100 ? { cpu: { limit: { atMost: 350 } } } : {}),
    ...(scenario === 'steady' && batch >= 100 ? { rate: { limit: { atLeast: 6_000 } } } : {}),
    ...(scenario === 'steady' && batch === 1 ? { rate: { limit: { atLeast: 2_500 } } } : {}),
  };
}
