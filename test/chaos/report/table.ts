import type { FaultResult, Verdict } from '../judge/judge.js';
import type { ChaosOptions } from '../options.js';
import type { Outcome } from '../run-chaos.js';

const HEAD = ['fault', 'times', 'accepted', 'lost', 'duplicates', 'publish pause', 'silence', 'slowest recovery'];

/** What each kind of fault did, over all the times that it was played, and what should not have been. For people. */
export function formatTable({ queue, seed }: ChaosOptions, outcome: Outcome): string {
  const { seconds, settledAfterSeconds, accepted, deliveries, requests, dead, lost, duplicates, unrecorded } = outcome;
  const title = [
    `Seed ${seed}, queue on ${queue}: ${outcome.faults.length} faults in ${seconds} s, at rest ${settledAfterSeconds} s later.`,
    `${number(accepted)} events accepted, ${number(deliveries)} deliveries, ${number(requests)} requests, ${number(dead)} dead letters.`,
    `Lost ${lost}. Duplicates ${duplicates}. Requests without a record ${unrecorded}. Longest due and not taken: ${secondsOf(outcome.worstOverdueMs)}.`,
  ];
  return [...title, '', ...tableOf(outcome.faults), '', ...findingsOf(outcome)].join('\n');
}

function tableOf(faults: readonly FaultResult[]): string[] {
  const names = [...new Set(faults.map(({ fault }) => fault.name))].sort();
  const lines = [
    HEAD,
    ...names.map((name) =>
      toCells(
        name,
        faults.filter(({ fault }) => fault.name === name),
      ),
    ),
  ];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
}

function toCells(name: string, results: readonly FaultResult[]): string[] {
  const sum = (of: (result: FaultResult) => number): string =>
    number(results.reduce((all, result) => all + of(result), 0));
  const most = (of: (result: FaultResult) => number): string => secondsOf(Math.max(...results.map(of)));
  return [
    name,
    number(results.length),
    sum(({ accepted }) => accepted),
    sum(({ lost }) => lost),
    sum(({ repeated }) => repeated),
    most(({ publishPauseMs }) => publishPauseMs),
    most(({ silenceMs }) => silenceMs),
    most(({ recoveryMs }) => recoveryMs),
  ];
}

function findingsOf({ findings }: Verdict): string[] {
  if (findings.length === 0) return ['Every promise was kept.'];
  return findings.flatMap(({ what, count, samples }) => [
    `${count} x ${what}`,
    ...samples.map((sample) => `    ${sample}`),
  ]);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function secondsOf(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
