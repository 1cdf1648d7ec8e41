export interface TurnLoopOptions {
  /** Does what there is to do and answers in how many milliseconds to look again; 0: at once. */
  readonly turn: () => Promise<number>;
  /** Told of a turn that threw; answers after how many milliseconds to try again. */
  readonly onError: (error: unknown) => number;
}

/** Does one thing again and again, a turn at a time, and sleeps in between for as long as each turn says. */
export class TurnLoop {
  private running: Promise<void> | null = null;
  private isEnding = false;
  private cutShort: (() => void) | null = null;

  constructor(private readonly options: TurnLoopOptions) {}

  /** Whether it is to stop: a long turn may end early then. */
  get isStopped(): boolean {
    return this.isEnding;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Begins no further turn; resolves when the one that is under way has ended. */
  async stop(): Promise<void> {
    this.isEnding = true;
    this.cutShort?.();
    await this.running;
  }

  private async run(): Promise<void> {
    const { turn, onError } = this.options;
    while (!this.isEnding) {
      const sleepMs = await turn().catch(onError);
      if (sleepMs > 0) await this.sleep(sleepMs);
    }
  }

  /** Sleeps for so long, or until it is to stop. */
  private async sleep(ms: number): Promise<void> {
    if (this.isEnding) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.cutShort = resolve;
      timer = setTimeout(resolve, Math.ceil(ms));
    });
    clearTimeout(timer);
    this.cutShort = null;
  }
}
