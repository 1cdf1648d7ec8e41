/** Work goes on for so long without a break at most: whoever else waits for this process has a turn then. */
const TURN_MS = 10;

/** What pieces of work may take together of one turn of the event loop. */
export class TurnTime {
  private usedMs = 0;
  private isWatched = false;

  constructor(private readonly nowMs = () => performance.now()) {}

  /** Runs a piece of work in this turn if there is time left, or else in the next one that has. */
  async run<T>(work: () => T): Promise<T> {
    while (this.usedMs >= TURN_MS) await new Promise((resolve) => setImmediate(resolve));
    // Nothing is awaited from here on: of many who wait, each must see what the one before it has taken.
    this.watch();
    const beganAtMs = this.nowMs();
    try {
      return work();
    } finally {
      this.usedMs += this.nowMs() - beganAtMs;
    }
  }

  private watch(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    setImmediate(() => {
      this.usedMs = 0;
      this.isWatched = false;
    });
  }
}
