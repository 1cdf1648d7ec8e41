/**
 * What was sent is on record before this much of its lease has run: a request starts only with its time-out and ten seconds
 * to spare. After a shorter outage nobody can claim what a recorder still holds.
 */
const HARMLESS_MS = 5_000;

/** Recorders try once a second; two groups more and the connection are made within the rest. */
const HEAD_START_MS = 3_000;

/**
 * Times when the database was away, as this process noticed them. Meanwhile the leases of what was sent may have run out, so
 * whoever claims lets recorders go first, those of other processes too: else what was answered before the outage would be
 * sent again.
 */
export class Outage {
  private sinceMs: number | null = null;
  private headStartUntilMs = 0;

  get isUnderWay(): boolean {
    return this.sinceMs !== null;
  }

  /** Until when nothing should be claimed; long past, as a rule. */
  get claimsFromMs(): number {
    return this.headStartUntilMs;
  }

  /** Something that was asked of the database at `atMs` has failed. */
  begin(atMs: number): void {
    this.sinceMs ??= atMs;
  }

  /** The database answers. */
  end(nowMs: number): void {
    if (this.sinceMs !== null && nowMs - this.sinceMs >= HARMLESS_MS) this.headStartUntilMs = nowMs + HEAD_START_MS;
    this.sinceMs = null;
  }
}
