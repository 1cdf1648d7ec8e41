import { beforeEach, describe, expect, it } from 'vitest';
import { PendingEvents } from './pending-events.js';

describe(PendingEvents, () => {
  let pending: PendingEvents;
  beforeEach(() => {
    pending = new PendingEvents();
  });

  const fill = (tenant: string, characters = 10): number => {
    for (let count = 0; ; count++) if (!pending.enter(tenant, characters)) return count;
  };

  it('gives a tenant that is alone nearly all there is', () => {
    expect(fill('big')).toBe(17_500);
  });

  it('has room for the others beside one that has all it may have', () => {
    fill('big');
    for (let n = 0; n < 50; n++) expect(pending.enter(`small-${n}`, 1_000)).toBe(true);
    expect(pending.enter('big', 10)).toBe(false);
  });

  it('counts what events hold as well as how many they are', () => {
    expect(fill('big', 1_000_000)).toBeLessThan(64);
    expect(pending.enter('small', 1_000_000)).toBe(true);
  });

  it('takes a tenant again when something of its own has been written', () => {
    fill('big');
    pending.leave('big', 10);
    expect(pending.enter('big', 10)).toBe(true);
    expect(pending.enter('big', 10)).toBe(false);
  });

  it('never holds more than its bounds, whoever comes', () => {
    let held = 0;
    for (let n = 0; n < 2_000; n++) held += fill(`tenant-${n}`);
    expect(held).toBeLessThanOrEqual(20_000);
  });
});
