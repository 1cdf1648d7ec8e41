import { UsageError } from '../../rig/usage-error.js';
import type { ChaosOptions } from '../options.js';
import type { Fault } from './fault.js';
import { POSTGRES_AWAY, POSTGRES_RESTARTED, POSTGRES_SILENT } from './postgres-faults.js';
import { API_KILLED, CLOCK_OFF, ROLLING_RESTART, WORKER_FROZEN, WORKER_KILLED } from './process-faults.js';
import { REDIS_AWAY, REDIS_EMPTIED, REDIS_FLUSHED, REDIS_SILENT, REDIS_SNAPSHOT } from './redis-faults.js';

const FAULTS: readonly Fault[] = [
  WORKER_KILLED,
  API_KILLED,
  WORKER_FROZEN,
  ROLLING_RESTART,
  CLOCK_OFF,
  REDIS_EMPTIED,
  REDIS_SNAPSHOT,
  REDIS_FLUSHED,
  REDIS_AWAY,
  REDIS_SILENT,
  POSTGRES_RESTARTED,
  POSTGRES_SILENT,
  POSTGRES_AWAY,
];

/** The kinds of fault that a run plays. Throws {@link UsageError} when one is asked for that there is not. */
export function chooseFaults({ queue, isShort, only }: ChaosOptions): Fault[] {
  const unknown = only.find((name) => FAULTS.every((fault) => fault.name !== name));
  if (unknown !== undefined)
    throw new UsageError(`--only takes ${FAULTS.map(({ name }) => name).join(', ')}; "${unknown}" is none of them.`);
  const chosen = FAULTS.filter(
    ({ name, queues, outlastsLease }) =>
      queues.includes(queue) && (only.length > 0 ? only.includes(name) : !(isShort && outlastsLease)),
  );
  if (chosen.length === 0) throw new UsageError(`None of ${only.join(', ')} can happen with the queue on ${queue}.`);
  return chosen;
}
