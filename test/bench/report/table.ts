import type { BenchOptions } from '../options.js';
import { isMet, type Result, type Row } from './result.js';

const HEAD = ['figure', 'value', 'budget', ''];

/** The figures with their budgets, for people. */
export function formatTable({ scenario, queue }: BenchOptions, { figures, rows }: Result): string {
  const lines = [HEAD, ...rows.map(toCells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const table = lines.map(([figure, value, budget, verdict]) =>
    [figure!.padEnd(widths[0]!), value!.padStart(widths[1]!), budget!.padStart(widths[2]!), verdict]
      .join('  ')
      .trimEnd(),
  );
  const { seconds, published, delivered } = figures;
  const title = `${scenario}, queue on ${queue}: ${number(published)} published and ${number(delivered)} delivered in ${seconds} s`;
  return [title, '', ...table, '', verdictOf(rows)].join('\n');
}

function toCells(row: Row): string[] {
  const { value, unit, limit } = row;
  const shown = value === null ? '-' : withUnit(value, unit);
  const verdict = { true: 'met', false: 'MISSED', null: '' }[String(isMet(row)) as 'true' | 'false' | 'null'];
  if (limit === undefined) return [row.figure, shown, '', ''];
  const budget =
    limit.atLeast === undefined ? `<= ${withUnit(limit.atMost!, unit)}` : `>= ${withUnit(limit.atLeast, unit)}`;
  return [row.figure, shown, budget, verdict];
}

function verdictOf(rows: readonly Row[]): string {
  const missed = rows.filter((row) => isMet(row) === false);
  if (missed.length === 0) return 'All budgets met.';
  return `${missed.length} ${missed.length === 1 ? 'budget' : 'budgets'} missed: ${missed.map(({ figure }) => figure).join(', ')}.`;
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? number(value) : `${number(value)} ${unit}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 1 ? 4 : 2 });
}
