/** What waits to be taken out in groups. */
export interface Line<Item> {
  readonly length: number;
  push(item: Item): void;
  /** Takes out what goes next: `maxWeight` at most, but always one if there is one. */
  take(maxWeight: number): Item[];
}
