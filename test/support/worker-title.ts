import { relative } from 'node:path';
import { beforeEach, expect } from 'vitest';
import { TITLE_PREFIX } from './stuck-workers.js';

function titleOf(testName: string): string {
  return `${TITLE_PREFIX}${process.ppid} ${relative(process.cwd(), expect.getState().testPath ?? '?')} ${testName}`;
}

// What a worker is at can be read in `ps`, and from outside by whoever finds that it makes no progress.
process.title = titleOf('');
beforeEach(({ task }) => {
  process.title = titleOf(`> ${task.name}`);
});
