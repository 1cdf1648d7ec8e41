/** Chance that comes out the same for the same seed (mulberry32), so that a run can be had again. */
export class SeededRandom {
  constructor(private state: number) {}

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  shuffled<T>(values: readonly T[]): T[] {
    const left = [...values];
    for (let at = left.length - 1; at > 0; at--) {
      const other = Math.floor(this.next() * (at + 1));
      [left[at], left[other]] = [left[other]!, left[at]!];
    }
    return left;
  }
}
