import type { Line } from './line.js';

/** First come, first served; everything weighs the same unless told otherwise. */
export class FirstComeLine<Item> implements Line<Item> {
  private items: Item[] = [];

  constructor(private readonly weigh: ((item: Item) => number) | null) {}

  get length(): number {
    return this.items.length;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  take(maxWeight: number): Item[] {
    if (!this.weigh && this.items.length <= maxWeight) {
      const { items } = this;
      this.items = [];
      return items;
    }
    let weight = 0;
    let count = 0;
    for (const item of this.items) {
      weight += this.weigh ? this.weigh(item) : 1;
      if (count > 0 && weight > maxWeight) break;
      count += 1;
    }
    return this.items.splice(0, count);
  }
}
