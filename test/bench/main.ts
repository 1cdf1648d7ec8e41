import { resolve } from 'node:path';
import { Cleanup, Interrupted } from '../rig/cleanup.js';
import { type BenchOptions, readOptions, USAGE, UsageError } from './options.js';
import { Progress } from '../rig/progress.js';
import { type Result, toReport } from './report/result.js';
import { formatTable } from './report/table.js';
import { runBench } from './run-bench.js';

/** Exit codes: 0 also when budgets are missed (the table says so), 1 when a delivery was lost or something broke. */
process.exit(await main());

async function main(): Promise<number> {
  let options: BenchOptions | 'help';
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
  if (process.platform !== 'linux') {
    process.stderr.write('The benchmark reads CPU and memory from /proc: it runs on Linux only.\n');
    return 1;
  }
  return measure({ ...options, profile: options.profile === null ? null : resolve(options.profile) });
}

async function measure(options: BenchOptions): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const result = await Promise.race([runBench(options, new Progress(), cleanup), cleanup.broken]);
    await print(options.json ? JSON.stringify(toReport(options, result)) : formatTable(options, result));
    return exitCodeFor(result);
  } catch (error) {
    if (error instanceof Interrupted) process.stderr.write(`\n${error.message}: stopping what was started\n`);
    else process.stderr.write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

function exitCodeFor({ figures: { lost, delivered } }: Result): number {
  if (lost === 0 && delivered > 0) return 0;
  process.stderr.write(delivered === 0 ? 'Nothing was delivered.\n' : `${lost} accepted deliveries were lost.\n`);
  return 1;
}

/** Resolves when it is out: on a pipe that takes longer than leaving. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
