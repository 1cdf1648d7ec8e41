import { FairLine } from './fair-line.js';
import { FirstComeLine } from './first-come-line.js';
import type { Line } from './line.js';

/** How a {@link GroupCommit} does its work. */
export interface GroupCommitOptions<Item, Result> {
  /** Writes a group in one statement and answers one result for each item, in order. Rejects for the whole group. */
  flush: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** What one item weighs against `maxWeight`; 1 each unless given. */
  weigh?: (item: Item) => number;
  /** Whose an item is, so that groups are taken fairly over all who wait; first come first served unless given. */
  keyOf?: (item: Item) => string;
  /** The most weight that goes in one flush. A single heavier item still goes, alone. */
  maxWeight: number;
  /** Whether the error is the fault of some item's content, so that its neighbours may do without it. */
  isDataError: (error: unknown) => boolean;
  /** Milliseconds after which the same group is tried again, or null to give up and reject its items. */
  retryDelayMs: (error: unknown, failures: number) => number | null;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit: whatever arrives while a flush is in flight goes in the next one. There is one at a time: two would halve
 * the groups, and a statement has costs of its own. Nobody waits for a timer (an item that finds nothing in flight goes
 * with its own turn of the event loop), and under load one statement carries hundreds of items. When a group fails by the
 * fault of its content, it is halved down to the culprit, which alone is refused.
 */
export class GroupCommit<Item, Result> {
  private readonly waiting: Line<Waiting<Item, Result>>;
  private isFlushing = false;
  private unsettled = 0;
  private scheduled = false;
  private idleWaiters: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {
    const { weigh, keyOf } = options;
    const weighWaiting = weigh ? ({ item }: Waiting<Item, Result>): number => weigh(item) : null;
    this.waiting = keyOf
      ? new FairLine(({ item }) => keyOf(item), weighWaiting ?? (() => 1))
      : new FirstComeLine(weighWaiting);
  }

  /** Items neither written nor refused yet. */
  get pending(): number {
    return this.waiting.length + this.unsettled;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Resolves when everything added so far has been written or refused. */
  async idle(): Promise<void> {
    while (this.pending > 0) await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private schedule(): void {
    if (this.scheduled || this.isFlushing) return;
    this.scheduled = true;
    // After this turn's I/O, so that all requests read in one turn share a group.
    setImmediate(() => {
      this.scheduled = false;
      if (this.waiting.length > 0) this.launch(this.waiting.take(this.options.maxWeight));
    });
  }

  private launch(group: Waiting<Item, Result>[]): void {
    this.isFlushing = true;
    this.unsettled += group.length;
    void this.write(group).finally(() => {
      this.isFlushing = false;
      if (this.waiting.length > 0) this.schedule();
      if (this.pending === 0) for (const wake of this.idleWaiters.splice(0)) wake();
    });
  }

  private async write(group: Waiting<Item, Result>[]): Promise<void> {
    const items = group.map(({ item }) => item);
    for (let failures = 0; ; ) {
      try {
        const results = await this.options.flush(items);
        this.unsettled -= group.length;
        group.forEach(({ resolve }, index) => resolve(results[index]!));
        return;
      } catch (error) {
        if (this.options.isDataError(error)) return this.halve(group, error);
        const delayMs = this.options.retryDelayMs(error, ++failures);
        if (delayMs === null) return this.refuse(group, error);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  private async halve(group: Waiting<Item, Result>[], error: unknown): Promise<void> {
    if (group.length === 1) return this.refuse(group, error);
    const middle = group.length >> 1;
    await this.write(group.slice(0, middle));
    await this.write(group.slice(middle));
  }

  private refuse(group: Waiting<Item, Result>[], error: unknown): void {
    this.unsettled -= group.length;
    for (const { reject } of group) reject(error);
  }
}
