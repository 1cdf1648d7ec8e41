const FLUSH_MS = 1_000;

/** What is kept in memory when it cannot be written: a bound that is never met in practice. */
const MAX_CHANGES = 50_000;

export interface TallyOptions<Change> {
  /** Writes what was counted. What it rejects is counted again with what comes next. */
  readonly write: (changes: readonly Change[]) => Promise<void>;
  /** Adds what was counted before, and could not be written, to what was counted since. */
  readonly merge: (after: Change, before: Change) => void;
}

/**
 * Counts by key in memory and writes them about once a second, so that shared numbers stay out of hot statements. A process
 * that dies takes the last second's counts with it.
 */
export class Tally<Change extends object> {
  private changes = new Map<string, Change>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: TallyOptions<Change>) {}

  /** What was counted under this key since the last write, to be added to at once; undefined when there is nothing yet. */
  peek(key: string): Change | undefined {
    return this.changes.get(key);
  }

  /** Begins to count under a key that has nothing yet. */
  begin(key: string, change: Change): Change {
    this.changes.set(key, change);
    this.timer ??= this.later();
    return change;
  }

  /** Writes what is not written yet; what the database does not take now is tried again with the next. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const changes = this.changes;
    this.changes = new Map();
    if (changes.size > 0) this.writing = this.writing.then(() => this.write(changes));
    await this.writing;
  }

  private async write(changes: ReadonlyMap<string, Change>): Promise<void> {
    try {
      await this.options.write([...changes.values()]);
    } catch {
      for (const [key, before] of changes) this.putBack(key, before);
      if (this.changes.size > 0) this.timer ??= this.later();
    }
  }

  private putBack(key: string, before: Change): void {
    const after = this.changes.get(key);
    if (after) this.options.merge(after, before);
    else if (this.changes.size < MAX_CHANGES) this.changes.set(key, before);
  }

  private later(): NodeJS.Timeout {
    // Whoever stops flushes; a process that is done otherwise must not wait for this.
    return setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }
}
