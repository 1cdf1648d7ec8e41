import { describe, expect, it } from 'vitest';
import { decideDeliveryTime } from './delivery-time.js';

const NOW_MS = 1_764_000_000_000;
const DAY_MS = 86_400_000;

describe(decideDeliveryTime, () => {
  it.each([
    [null, 'now'],
    [NOW_MS - DAY_MS, 'now'],
    [NOW_MS, 'now'],
    [NOW_MS + 1, 'later'],
    [NOW_MS + DAY_MS - 1, 'later'],
    [NOW_MS + DAY_MS, 'too_late'],
    [NOW_MS + 1_000 * DAY_MS, 'too_late'],
  ])('%s is %s', (deliverAtMs, time) => {
    expect(decideDeliveryTime(deliverAtMs, NOW_MS, DAY_MS)).toBe(time);
  });
});
