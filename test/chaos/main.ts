import { Cleanup, Interrupted } from '../rig/cleanup.js';
import { Progress } from '../rig/progress.js';
import { type ChaosOptions, readOptions, USAGE, UsageError } from './options.js';
import { toReport } from './report/report.js';
import { formatTable } from './report/table.js';
import { type Outcome, runChaos } from './run-chaos.js';

/** Exit codes: 0 when nothing was lost and nothing is unexplained, 1 otherwise. */
process.exit(await main());

async function main(): Promise<number> {
  let options: ChaosOptions | 'help';
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 1;
  }
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  return breakThings(options);
}

async function breakThings(options: ChaosOptions): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const outcome = await Promise.race([runChaos(options, new Progress(), cleanup), cleanup.broken]);
    await print(options.json ? JSON.stringify(toReport(options, outcome)) : formatTable(options, outcome));
    return exitCodeFor(outcome);
  } catch (error) {
    if (error instanceof Interrupted) process.stderr.write(`\n${error.message}: stopping what was started\n`);
    else if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}`);
    else process.stderr.write(`\nSeed ${options.seed}: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

function exitCodeFor({ lost, accepted, findings }: Outcome): number {
  return accepted > 0 && lost === 0 && findings.length === 0 ? 0 : 1;
}

/** Resolves when it is out: on a pipe that takes longer than leaving. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
