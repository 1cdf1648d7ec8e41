/**
 * How many jobs the queue holds, known without asking each time: the last measurement plus what this process has added
 * since. It is refreshed at most twice a second and only while someone adds or looks, so an idle process asks nothing.
 */
export class DepthGauge {
  private measured = 0;
  private addedSince = 0;
  private measuredAtMs = Number.NEGATIVE_INFINITY;
  private measuring = false;

  /**
   * @param measure asks the server
   * @param monotonicNow milliseconds that never jump
   */
  constructor(
    private readonly measure: () => Promise<number>,
    private readonly monotonicNow: () => number,
    private readonly refreshMs = 500,
  ) {}

  /** Jobs waiting or being worked on, as far as is known now. Looking at it may start a measurement. */
  get last(): number {
    this.refreshIfStale();
    return this.measured + this.addedSince;
  }

  added(jobs: number): void {
    this.addedSince += jobs;
    this.refreshIfStale();
  }

  /** Measures now. */
  async read(): Promise<number> {
    const addedBefore = this.addedSince;
    this.measuredAtMs = this.monotonicNow();
    const depth = await this.measure();
    this.measured = depth;
    this.addedSince = Math.max(0, this.addedSince - addedBefore);
    return depth;
  }

  /** The server may have lost everything: forgets what was known. */
  reset(): void {
    this.measured = 0;
    this.addedSince = 0;
    this.measuredAtMs = Number.NEGATIVE_INFINITY;
  }

  private refreshIfStale(): void {
    if (this.measuring || this.monotonicNow() - this.measuredAtMs < this.refreshMs) return;
    this.measuring = true;
    // A measurement that fails leaves the old number; that the queue is away is the breaker's business.
    void this.read().then(
      () => (this.measuring = false),
      () => (this.measuring = false),
    );
  }
}
