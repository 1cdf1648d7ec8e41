import type { CircuitRules } from './circuit.js';

/** Parts of the window that go out of it one at a time. */
const BUCKETS = 6;

interface Bucket {
  /** Which part of time it holds: the number of bucket lengths since the epoch. */
  place: number;
  attempts: number;
  failures: number;
}

/**
 * Counts what attempts at one endpoint came to, and tells when that is reason to open its circuit; what state the circuit
 * is in it does not know. Begun with the first failure, so that an endpoint that does not fail is not counted at all: what
 * went well before then is left out of the rate. Pure, but for what it remembers.
 */
export class FailureCounter {
  private readonly buckets: Bucket[] = [];
  private readonly bucketMs: number;
  private run = 0;
  private runSinceMs = 0;

  constructor(private readonly rules: CircuitRules) {
    this.bucketMs = rules.windowMs / BUCKETS;
  }

  note(isFailure: boolean, nowMs: number): void {
    const bucket = this.bucketAt(nowMs);
    bucket.attempts += 1;
    if (!isFailure) {
      this.run = 0;
      return;
    }
    bucket.failures += 1;
    if (this.run === 0) this.runSinceMs = nowMs;
    this.run += 1;
  }

  /** Why the circuit should open, as a sentence; null when it should not. */
  reasonToOpen(nowMs: number): string | null {
    const { attempts, failures } = this.within(nowMs);
    const { minAttempts, failureRate, runLength, runSpanMs, windowMs } = this.rules;
    if (attempts >= minAttempts && failures >= attempts * failureRate) {
      return `${failures} of ${attempts} attempts failed within ${windowMs / 1_000} s`;
    }
    const isRun = this.run >= runLength && nowMs - this.runSinceMs >= runSpanMs;
    return isRun ? `${this.run} attempts failed in a row` : null;
  }

  /** Whether there is nothing left that could be reason to open. */
  isQuiet(nowMs: number): boolean {
    return this.run === 0 && this.within(nowMs).failures === 0;
  }

  private within(nowMs: number): { attempts: number; failures: number } {
    const oldest = Math.floor(nowMs / this.bucketMs) - BUCKETS;
    let [attempts, failures] = [0, 0];
    for (const bucket of this.buckets) {
      if (bucket.place <= oldest) continue;
      attempts += bucket.attempts;
      failures += bucket.failures;
    }
    return { attempts, failures };
  }

  private bucketAt(nowMs: number): Bucket {
    const place = Math.floor(nowMs / this.bucketMs);
    const last = this.buckets.at(-1);
    if (last !== undefined && last.place >= place) return last;
    const bucket = { place, attempts: 0, failures: 0 };
    this.buckets.push(bucket);
    if (this.buckets.length > BUCKETS) this.buckets.shift();
    return bucket;
  }
}
