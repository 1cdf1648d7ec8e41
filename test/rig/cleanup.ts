/**
 * What must be gone when this program is. Steps run in the opposite order of their making; those given to `atOnce` also
 * run when the process has to exit without awaiting anything.
 */
export class Cleanup {
  isUnderWay = false;
  private readonly steps: (() => void | Promise<void>)[] = [];
  private readonly lastResorts: (() => void)[] = [];
  private done: Promise<void> | null = null;
  private isFinished = false;
  private held: Promise<unknown> = Promise.resolve();
  private reject: (error: Error) => void = () => undefined;

  /** Rejects when something breaks on which nobody waits: a process of ours that ends, an interruption. */
  readonly broken = new Promise<never>((_, reject) => (this.reject = reject));

  constructor() {
    this.broken.catch(() => undefined);
    process.once('exit', () => {
      if (!this.isFinished) for (const step of this.lastResorts.reverse()) step();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => this.fail(new Interrupted(signal)));
    }
  }

  /** A step that takes its time. */
  add(step: () => void | Promise<void>): void {
    this.steps.push(step);
  }

  /** Work that adds steps as it goes, such as starting a server: cleaning up waits until it is over. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.held = work.catch(() => undefined);
    return work;
  }

  /** A step that does not. */
  atOnce(step: () => void): void {
    this.steps.push(step);
    this.lastResorts.push(step);
  }

  fail(error: Error): void {
    this.reject(error);
  }

  /** Runs everything; a step that fails does not keep the others from running. */
  run(): Promise<void> {
    this.isUnderWay = true;
    return (this.done ??= this.runSteps());
  }

  private async runSteps(): Promise<void> {
    await this.held;
    for (const step of this.steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`While cleaning up: ${String(error)}\n`);
      }
    }
    this.isFinished = true;
  }
}

/** Somebody pressed Ctrl-C, or asked us to stop in another way. */
export class Interrupted extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
  }
}
