import { Cleanup, Interrupted } from './cleanup.js';
import { Progress } from './progress.js';
import { UsageError } from './usage-error.js';

/** A program for the command line that starts processes and servers, and leaves nothing of them behind. */
export interface Program<Options> {
  readonly usage: string;
  /** Throws a {@link UsageError} for what cannot be meant. */
  readonly readOptions: (args: readonly string[]) => Options | 'help';
  /** Does it, and answers what is to be printed and the exit code. Whatever it starts it tells `cleanup`. */
  readonly run: (options: Options, progress: Progress, cleanup: Cleanup) => Promise<{ text: string; exitCode: number }>;
}

/** Runs it with the arguments of this process and answers the exit code: 1 too when it was stopped, or something broke. */
export async function runProgram<Options>({ usage, readOptions, run }: Program<Options>): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === 'help') {
      process.stdout.write(usage);
      return 0;
    }
    const { text, exitCode } = await Promise.race([run(options, new Progress(), cleanup), cleanup.broken]);
    await print(text);
    return exitCode;
  } catch (error) {
    process.stderr.write(explain(error, usage));
    return 1;
  } finally {
    await cleanup.run();
  }
}

function explain(error: unknown, usage: string): string {
  if (error instanceof Interrupted) return `\n${error.message}: stopping what was started\n`;
  if (error instanceof UsageError) return `${error.message}\n\n${usage}`;
  return `\n${error instanceof Error ? error.stack : String(error)}\n`;
}

/** Resolves when it is out: on a pipe that takes longer than leaving. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
