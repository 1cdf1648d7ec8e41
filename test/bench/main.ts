import { resolve } from 'node:path';
import { runProgram } from '../rig/run-program.js';
import { UsageError } from '../rig/usage-error.js';
import { type BenchOptions, readOptions, USAGE } from './options.js';
import { type Result, toReport } from './report/result.js';
import { formatTable } from './report/table.js';
import { runBench } from './run-bench.js';

/** Exit codes: 0 also when budgets are missed (the table says so), 1 when a delivery was lost or something broke. */
process.exit(
  await runProgram<BenchOptions>({
    usage: USAGE,
    readOptions,
    run: async (asked, progress, cleanup) => {
      if (process.platform !== 'linux') {
        throw new UsageError('The benchmark reads CPU and memory from /proc: it runs on Linux only.');
      }
      const options = { ...asked, profile: asked.profile === null ? null : resolve(asked.profile) };
      const result = await runBench(options, progress, cleanup);
      const text = options.json ? JSON.stringify(toReport(options, result)) : formatTable(options, result);
      return { text, exitCode: exitCodeFor(result) };
    },
  }),
);

function exitCodeFor({ figures: { lost, delivered } }: Result): number {
  if (lost === 0 && delivered > 0) return 0;
  process.stderr.write(delivered === 0 ? 'Nothing was delivered.\n' : `${lost} accepted deliveries were lost.\n`);
  return 1;
}
