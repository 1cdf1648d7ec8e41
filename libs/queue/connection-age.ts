/**
 * Since when all connections of a consumer stand, as one moment.
 *
 * The moment is that of the *youngest* connection: whatever a queue server may have forgotten or dug out again when it
 * died is older than every connection to the living one. It errs to the late side, which costs a claim and never a
 * second delivery.
 */
export class ConnectionAge {
  private readonly since = new Map<unknown, number>();

  /**
   * @param now epoch milliseconds
   * @param needed how many connections there have to be before any work can come over them
   */
  constructor(
    private readonly now: () => number,
    private readonly needed: number,
  ) {}

  /** A connection was made, or made anew. */
  made(connection: unknown): void {
    this.since.set(connection, this.now());
  }

  lost(connection: unknown): void {
    this.since.delete(connection);
  }

  /** Something changed behind a connection that itself stays (a cluster's node came or went): its age starts again. */
  shaken(connection: unknown): void {
    if (this.since.has(connection)) this.made(connection);
  }

  /** Epoch milliseconds of the youngest connection; null while fewer than needed stand. */
  get connectedSince(): number | null {
    return this.since.size < this.needed ? null : Math.max(...this.since.values());
  }
}
