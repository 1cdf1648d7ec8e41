import type { Line } from './line.js';

/** How much a key may take in one turn, in weight: little, so that a group has a place for as many keys as can be. */
const QUANTUM = 4;

/**
 * The part of a group that is filled up beside those who have little: they wait for their group to be written, and it is
 * written sooner when it is short. Those who have much wait anyway.
 */
const SHORT = 4;

/**
 * How many groups after such a one are short as well: whoever comes next with little waits for the one under way, and is
 * most often not alone in coming.
 */
const SHORT_AFTERWARDS = 8;

interface Queue<Item> {
  readonly key: string;
  items: Item[];
  head: number;
  /** What it may still take before the turn passes on. What a turn left over for a heavy item is kept for the next one. */
  credit: number;
}

/**
 * A line in which nobody stands behind another's crowd: first come first served within a key, and keys in turn, by weight
 * (deficit round robin: Shreedhar and Varghese, 1996). Whoever has one item in it goes with the next group, however many
 * another one has. All of it costs the same however many keys there are.
 */
export class FairLine<Item> implements Line<Item> {
  private readonly queues = new Map<string, Queue<Item>>();
  /** Those with something in them; the first one is next. */
  private turns: Queue<Item>[] = [];
  private count = 0;
  /** Groups that are still to be kept short. */
  private shortOnes = 0;

  constructor(
    private readonly keyOf: (item: Item) => string,
    private readonly weigh: (item: Item) => number,
  ) {}

  get length(): number {
    return this.count;
  }

  push(item: Item): void {
    const key = this.keyOf(item);
    const known = this.queues.get(key);
    if (known) known.items.push(item);
    else this.join({ key, items: [item], head: 0, credit: QUANTUM });
    this.count += 1;
  }

  /**
   * Takes out what goes next: `maxWeight` at most, a quarter of it beside and soon after those who have little, but always
   * one.
   */
  take(maxWeight: number): Item[] {
    const taken: Item[] = [];
    let weight = 0;
    let isBesideLittle = false;
    let limit = this.shortOnes > 0 ? maxWeight / SHORT : maxWeight;
    if (this.shortOnes > 0) this.shortOnes -= 1;
    for (let turn = 0; this.count > 0; ) {
      const queue = this.turns[turn]!;
      const item = queue.items[queue.head]!;
      const cost = this.weigh(item);
      if (cost > queue.credit && this.turns.length - turn > 1) {
        // Its turn is over, and its next one comes after everybody else's.
        queue.credit += QUANTUM;
        this.turns.push(queue);
        turn += 1;
        continue;
      }
      if (taken.length > 0 && weight + cost > (hasLittle(queue) ? maxWeight : limit)) {
        this.turns = this.turns.slice(turn);
        if (isBesideLittle) this.shortOnes = SHORT_AFTERWARDS;
        return taken;
      }
      weight += cost;
      taken.push(item);
      queue.credit = Math.max(0, queue.credit - cost);
      if (!this.advance(queue)) continue;
      turn += 1;
      if (!hasLittle(queue)) continue;
      limit = maxWeight / SHORT;
      isBesideLittle = true;
    }
    this.turns = [];
    return taken;
  }

  private join(queue: Queue<Item>): void {
    this.queues.set(queue.key, queue);
    this.turns.push(queue);
  }

  /** Goes past the first item of a queue; true when that was its last. */
  private advance(queue: Queue<Item>): boolean {
    this.count -= 1;
    queue.head += 1;
    if (queue.head === queue.items.length) return this.queues.delete(queue.key);
    if (queue.head >= 256 && queue.head * 2 > queue.items.length) {
      queue.items = queue.items.slice(queue.head);
      queue.head = 0;
    }
    return false;
  }
}

/** Of all that has come since it was empty: what it may take in one turn, or less. */
function hasLittle({ items }: Queue<unknown>): boolean {
  return items.length <= QUANTUM;
}
