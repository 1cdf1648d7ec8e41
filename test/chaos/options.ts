import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { UsageError } from '../rig/usage-error.js';

export type QueueKind = 'redis' | 'postgres';

export interface ChaosOptions {
  queue: QueueKind;
  /** How long faults go on for; each kind comes at least once, whatever that takes. */
  minutes: number;
  seed: number;
  /** Events a second. */
  rate: number;
  /** Each kind of fault once, as briefly as it can be told apart from none; without those that outlast a lease. */
  isShort: boolean;
  /** Only these kinds; empty: all. */
  only: string[];
  json: boolean;
  /** Keeps the folder with logs and ledgers. */
  isKept: boolean;
}

const MOST_SEED = 2 ** 31;

export const USAGE = `npm run chaos -- [options]

  --minutes N     how long faults go on for (10 unless given); each kind comes once at least, whatever that takes
  --seed N        the same seed, the same faults in the same order; chosen and printed unless given
  --queue KIND    redis (unless given) or postgres
  --rate N        events a second (200 unless given)
  --short         each kind of fault once and briefly, without those that outlast a lease: two minutes on a quiet machine
  --only A,B      only these kinds of fault
  --json          one JSON object on standard output, everything else on standard error
  --keep          keeps logs and ledgers, and says where they are
`;

/** Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): ChaosOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const { queue } = values;
  if (queue !== 'redis' && queue !== 'postgres')
    throw new UsageError(`--queue is redis or postgres; "${queue}" is neither.`);
  return {
    queue,
    minutes: count('--minutes', values.minutes, 1_440),
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : count('--seed', values.seed, MOST_SEED),
    rate: count('--rate', values.rate, 5_000),
    isShort: values.short,
    only: values.only === undefined ? [] : values.only.split(','),
    json: values.json,
    isKept: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string' },
        queue: { type: 'string', default: 'redis' },
        rate: { type: 'string', default: '200' },
        short: { type: 'boolean', default: false },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(flag: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new UsageError(`${flag} is a whole number from 1 to ${most}; "${value}" is not.`);
}
