import { runProgram } from '../rig/run-program.js';
import { type ChaosOptions, readOptions, USAGE } from './options.js';
import { toReport } from './report/report.js';
import { formatTable } from './report/table.js';
import { type Outcome, runChaos } from './run-chaos.js';

/** Exit codes: 0 when nothing was lost and nothing is unexplained, 1 otherwise. */
process.exit(
  await runProgram<ChaosOptions>({
    usage: USAGE,
    readOptions,
    run: async (options, progress, cleanup) => {
      const outcome = await runChaos(options, progress, cleanup);
      const text = options.json ? JSON.stringify(toReport(options, outcome)) : formatTable(options, outcome);
      return { text, exitCode: exitCodeFor(outcome) };
    },
  }),
);

function exitCodeFor({ lost, accepted, findings }: Outcome): number {
  return accepted > 0 && lost === 0 && findings.length === 0 ? 0 : 1;
}
