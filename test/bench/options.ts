import { parseArgs } from 'node:util';
import { UsageError } from '../rig/usage-error.js';

export const SCENARIO_NAMES = ['steady', 'idle', 'fanout', 'blackholes', 'burst', 'replay', 'history', 'desk'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export type QueueKind = 'redis' | 'postgres';

export interface BenchOptions {
  scenario: ScenarioName;
  queue: QueueKind;
  /** How long is measured, after a warm-up that does not count. */
  seconds: number;
  /** Events per publish; null: what suits the scenario (100, where it is about throughput). */
  batch: number | null;
  /** Deliveries that the database holds before `history` or `desk` measures. */
  rows: number;
  /** Folder of a database that is filled once and kept for the next run; null: one that goes with this run. */
  database: string | null;
  /** Whether somebody holds a snapshot of the database all the while, as a report or a backup does. */
  oldSnapshot: boolean;
  json: boolean;
  /** Folder for CPU profiles of API and worker and the statements of the run; null: none are made. */
  profile: string | null;
}

/** The API takes no more events in one publish. */
const MOST_PER_PUBLISH = 1_000;

export const USAGE = `npm run bench -- [options]

  --scenario NAME   ${SCENARIO_NAMES.join(', ')} (steady unless given)
  --queue KIND      redis (unless given) or postgres
  --seconds N       how long to measure, after a warm-up (30 unless given)
  --batch N         events per publish: 100 unless the scenario says otherwise; 1 = single publishes over 64 connections
  --rows N          history and desk: deliveries that the database already holds (10000000 unless given)
  --database DIR    desk only: a database in this folder, filled unless it is, and kept
  --old-snapshot    steady only: a snapshot of the database is held open from before the warm-up to the end
  --json            one JSON object on standard output, everything else on standard error
  --profile DIR     CPU profiles of API and worker, and the run's SQL statements, into this folder
`;

/** Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    scenario: oneOf('--scenario', values.scenario, SCENARIO_NAMES),
    queue: oneOf('--queue', values.queue, ['redis', 'postgres']),
    seconds: count('--seconds', values.seconds, 3_600),
    batch: values.batch === undefined ? null : count('--batch', values.batch, MOST_PER_PUBLISH),
    rows: count('--rows', values.rows, 1_000_000_000),
    database: values.database ?? null,
    oldSnapshot: values['old-snapshot'],
    json: values.json,
    profile: values.profile ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string', default: 'steady' },
        queue: { type: 'string', default: 'redis' },
        seconds: { type: 'string', default: '30' },
        batch: { type: 'string' },
        rows: { type: 'string', default: '10000000' },
        database: { type: 'string' },
        'old-snapshot': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<Name extends string>(flag: string, value: string, names: readonly Name[]): Name {
  const name = names.find((name) => name === value);
  if (name === undefined) throw new UsageError(`${flag} is one of ${names.join(', ')}; "${value}" is not.`);
  return name;
}

function count(flag: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${flag} is a whole number from 1 to ${most}; "${value}" is not.`);
}
