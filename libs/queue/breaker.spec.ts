import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker } from './breaker.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup({ alive = true } = {}) {
  const server = { alive, probes: 0 };
  const changes: string[] = [];
  const breaker = new Breaker({
    probe: () => {
      server.probes += 1;
      return server.alive ? Promise.resolve() : Promise.reject(new Error('no answer'));
    },
    onChange: (isClosed, reason) => changes.push(`${isClosed ? 'closed' : 'open'}: ${reason}`),
  });
  return { server, changes, breaker };
}

describe('Breaker', () => {
  it('is open until the first probe has succeeded', async () => {
    const { breaker } = setup();
    expect(breaker.isClosed).toBe(false);
    breaker.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.isClosed).toBe(true);
  });

  it('opens on the first failure and closes again by itself', async () => {
    const { breaker, changes } = setup();
    breaker.start();
    await vi.advanceTimersByTimeAsync(0);
    breaker.trip('timed out');
    breaker.trip('timed out');
    expect(breaker.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(breaker.isClosed).toBe(true);
    expect(changes).toEqual(['closed: connected', 'open: timed out', 'closed: connected']);
  });

  it('probes ever more slowly, at most every two seconds, while nobody answers', async () => {
    const { breaker, server } = setup({ alive: false });
    breaker.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.probes).toBeGreaterThan(29);
    expect(server.probes).toBeLessThan(37);
    server.alive = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(breaker.isClosed).toBe(true);
  });

  it('does not hammer a server that answers probes and refuses everything else', async () => {
    const { breaker, server } = setup();
    breaker.start();
    for (let step = 0; step < 600; step += 1) {
      await vi.advanceTimersByTimeAsync(100);
      breaker.trip('out of memory');
    }
    expect(server.probes).toBeLessThan(40);
  });

  it('probes at once on a hint, but never twice at a time', async () => {
    const { breaker, server } = setup({ alive: false });
    breaker.start();
    await vi.advanceTimersByTimeAsync(10_000);
    const before = server.probes;
    server.alive = true;
    breaker.hint();
    breaker.hint();
    await vi.advanceTimersByTimeAsync(0);
    expect(breaker.isClosed).toBe(true);
    expect(server.probes).toBe(before + 1);
  });

  it('stays open and quiet once stopped', async () => {
    const { breaker, server } = setup();
    breaker.start();
    await vi.advanceTimersByTimeAsync(0);
    breaker.stop();
    breaker.trip('late');
    breaker.hint();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(breaker.isClosed).toBe(false);
    expect(server.probes).toBe(1);
  });
});
