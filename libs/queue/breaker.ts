export interface BreakerOptions {
  /** Asks the server for a sign of life; rejects when there is none. */
  probe: () => Promise<void>;
  /** Called on each change of state, once. */
  onChange: (isClosed: boolean, reason: string) => void;
}

const FIRST_PROBE_MS = 100;
const SLOWEST_PROBE_MS = 2_000;

/**
 * Keeps producers away from a queue that does not answer: open (nobody asks the server) from the first failure until a
 * probe in the background succeeds. It starts open, since nothing is known of the server yet.
 *
 * Probes slow down from 100 ms to 2 s for as long as nothing real has worked in between, so that a server that answers
 * probes and refuses jobs (out of memory, read-only) is not asked in a hot loop either.
 */
export class Breaker {
  private closed = false;
  private stopped = false;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private probing = false;

  constructor(private readonly options: BreakerOptions) {}

  get isClosed(): boolean {
    return this.closed && !this.stopped;
  }

  /** Probes for the first time, at once. */
  start(): void {
    void this.probe();
  }

  /** Something failed: opens, and probes after a while. */
  trip(reason: string): void {
    if (this.stopped || !this.closed) return;
    this.closed = false;
    this.options.onChange(false, reason);
    this.probeLater();
  }

  /** There is reason to believe that the server is back (a connection was made): probes now instead of later. */
  hint(): void {
    if (!this.closed) void this.probe();
  }

  /** Something real worked. */
  succeeded(): void {
    this.failures = 0;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private probeLater(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const delayMs = Math.min(FIRST_PROBE_MS * 2 ** this.failures, SLOWEST_PROBE_MS);
    this.failures = Math.min(this.failures + 1, 10);
    this.timer = setTimeout(() => void this.probe(), delayMs);
    this.timer.unref();
  }

  private async probe(): Promise<void> {
    if (this.stopped || this.closed || this.probing) return;
    clearTimeout(this.timer);
    this.probing = true;
    try {
      await this.options.probe();
    } catch (error) {
      this.options.onChange(false, error instanceof Error ? error.message : String(error));
      this.probeLater();
      return;
    } finally {
      this.probing = false;
    }
    if (this.stopped) return;
    this.closed = true;
    this.options.onChange(true, 'connected');
  }
}
