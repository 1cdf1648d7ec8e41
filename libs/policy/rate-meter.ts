/** What became of one use, and how things stand after it. */
export interface Metered {
  /** Null: it may go on. Else the milliseconds until one more may. */
  readonly waitMs: number | null;
  /** Uses left at once. */
  readonly remaining: number;
  /** Until all of them are there again. */
  readonly resetMs: number;
}

export interface Rate {
  /** Uses at once, and in each period. */
  readonly limit: number;
  readonly periodMs: number;
}

/**
 * Counts uses by name against one rate, as a bucket that refills evenly (GCRA: all that is kept of a name is when its
 * bucket will be full). Names whose bucket is full are forgotten; should `capacity` others be there, so is the one that
 * was used longest ago. Knows no clock: times are given, in milliseconds of any origin.
 */
export class RateMeter {
  private readonly fullAtMs = new Map<string, number>();

  constructor(
    private readonly rate: Rate,
    private readonly capacity = 10_000,
  ) {}

  /** Takes one use, if there is one. */
  take(name: string, nowMs: number): Metered {
    const { limit, periodMs } = this.rate;
    const eachMs = periodMs / limit;
    const fromMs = Math.max(this.fullAtMs.get(name) ?? 0, nowMs);
    const waitMs = fromMs + eachMs - periodMs - nowMs;
    // Less than a thousandth is the rounding of fractions.
    if (waitMs > 0.001) return { waitMs, remaining: 0, resetMs: fromMs - nowMs };
    const fullAtMs = fromMs + eachMs;
    this.keep(name, fullAtMs, nowMs);
    return { waitMs: null, remaining: this.left(fullAtMs - nowMs), resetMs: fullAtMs - nowMs };
  }

  /** The milliseconds until there is a use, without taking one; null: there is one. */
  peek(name: string, nowMs: number): number | null {
    const { limit, periodMs } = this.rate;
    const waitMs = Math.max(this.fullAtMs.get(name) ?? 0, nowMs) + periodMs / limit - periodMs - nowMs;
    return waitMs > 0.001 ? waitMs : null;
  }

  private left(usedMs: number): number {
    const { limit, periodMs } = this.rate;
    return Math.max(0, Math.floor(limit - (usedMs * limit) / periodMs + 0.001));
  }

  private keep(name: string, fullAtMs: number, nowMs: number): void {
    // The one used last stands last.
    this.fullAtMs.delete(name);
    if (this.fullAtMs.size >= this.capacity) this.makeRoom(nowMs);
    this.fullAtMs.set(name, fullAtMs);
  }

  private makeRoom(nowMs: number): void {
    for (const [name, fullAtMs] of this.fullAtMs) if (fullAtMs <= nowMs) this.fullAtMs.delete(name);
    if (this.fullAtMs.size < this.capacity) return;
    const [oldest] = this.fullAtMs.keys();
    this.fullAtMs.delete(oldest!);
  }
}
