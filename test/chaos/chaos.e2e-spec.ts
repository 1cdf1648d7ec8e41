import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { chooseFaults } from './faults/faults.js';
import { type ChaosOptions, readOptions } from './options.js';

const run = promisify(execFile);

/** Two minutes, and much more where others share the machine. */
const RUN_WITHIN_MS = 600_000;

const RATE = '100';

/** The faults of each run come in the same order and at the same times; `CHAOS_SEED` makes it others. */
const SEED = process.env['CHAOS_SEED'] ?? '4711';

interface Report {
  accepted: number;
  lost: number;
  findings: unknown[];
  faults: { name: string }[];
}

/** The two run side by side: each of them mostly waits. `npm run chaos` is the long form. */
describe.concurrent('under load, with one fault after another', () => {
  it.each(['redis', 'postgres'] as const)(
    'loses nothing and repeats nothing without a reason, queue on %s',
    async (queue) => {
      const args = ['--short', '--queue', queue, '--rate', RATE, '--seed', SEED];
      process.stdout.write(`npm run chaos -- ${args.join(' ')}\n`);
      const running = run(process.execPath, ['dist/test/chaos/main.js', ...args, '--json'], { timeout: RUN_WITHIN_MS });
      const { stdout } = await running.catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${args.join(' ')}:\n${error.stdout}\n${error.stderr}`);
      });
      const report = JSON.parse(stdout) as Report;
      expect(report).toMatchObject({ lost: 0, findings: [] });
      expect(report.accepted).toBeGreaterThan(0);
      const kinds = chooseFaults(readOptions(args) as ChaosOptions).map(({ name }) => name);
      expect(report.faults.map(({ name }) => name).sort()).toEqual(kinds.sort());
      const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`posthorn-chaos-${running.child.pid}-`));
      expect(left).toEqual([]);
    },
    RUN_WITHIN_MS,
  );
});
