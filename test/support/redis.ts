import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';

/** Where the shared Redis is, and a key prefix that no other spec file (nor run) uses. */
export interface TestQueue {
  url: string;
  prefix: string;
}

/** The queue for one spec file. Call it once per file and hand the same prefix to producers and consumers. */
export function testQueue(): TestQueue {
  return { url: testQueueUrl(), prefix: `test-${randomBytes(6).toString('hex')}` };
}

export function testQueueUrl(): string {
  return inject('redisUrl');
}
