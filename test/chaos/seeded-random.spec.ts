import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.js';

describe('chance from a seed', () => {
  it('comes out the same for the same seed, and differently for another', () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    for (const value of draw(7)) expect(value >= 0 && value < 1).toBe(true);
  });

  it('shuffles without losing anything', () => {
    const values = Array.from({ length: 20 }, (_, n) => n);
    const shuffled = new SeededRandom(3).shuffled(values);
    expect(shuffled).not.toEqual(values);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(values);
  });
});
