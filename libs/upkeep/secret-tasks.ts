import type { SecretWatch } from './secret-watch.js';
import type { UpkeepTask } from './upkeep-task.js';

const MINUTE_MS = 60_000;

/** What is done for secrets by the clock. */
export function secretTasks(secrets: SecretWatch): UpkeepTask[] {
  return [
    { name: 'scheduled secrets', everyMs: 10 * MINUTE_MS, run: () => secrets.rotate() },
    { name: 'news of secrets', everyMs: MINUTE_MS, run: () => secrets.tell() },
  ];
}
