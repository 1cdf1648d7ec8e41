import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#config';
import { reasonOf } from '#kernel';
import { openDispatchQueue, parseQueueUrl } from '#queue';
import { type Finding, ok, warn } from './finding.js';

const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** Whether the queue answers. It is never a failure: without it deliveries go on, a little slower. */
export async function checkQueue(config: Config): Promise<Finding> {
  const { kind } = parseQueueUrl(config.queue.url);
  const queue = openDispatchQueue({ url: config.queue.url });
  try {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS && !queue.isAvailable; waitedMs += LOOK_EVERY_MS) {
      await sleep(LOOK_EVERY_MS);
    }
    if (queue.isAvailable) return ok('queue', `${kind} answers, ${await queue.depth()} jobs waiting or active`);
    return warn('queue', `${kind} does not answer: deliveries go on from the database alone (see QUEUE_URL)`);
  } catch (error) {
    return warn('queue', `${kind} gives trouble: ${reasonOf(error)}`);
  } finally {
    await queue.close();
  }
}
