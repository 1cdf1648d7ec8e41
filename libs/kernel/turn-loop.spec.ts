import { describe, expect, it } from 'vitest';
import { TurnLoop } from './turn-loop.js';

/** A loop whose turns are answered one by one, and how many have begun. */
function aLoop(answers: readonly (number | Error)[]) {
  const begun: number[] = [];
  const errors: unknown[] = [];
  let onLast: () => void = () => undefined;
  const last = new Promise<void>((resolve) => (onLast = resolve));
  const loop = new TurnLoop({
    turn: () => {
      const answer = answers[begun.push(begun.length) - 1] ?? 60_000;
      if (begun.length > answers.length) onLast();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    onError: (error) => {
      errors.push(error);
      return 0;
    },
  });
  return { loop, begun, errors, last };
}

describe(TurnLoop, () => {
  it('takes turns, sleeping in between for as long as each says', async () => {
    const { loop, begun, last } = aLoop([0, 1, 0]);
    loop.start();
    await last;
    expect(begun).toHaveLength(4);
    await loop.stop();
  });

  it('goes on after a turn that throws, and tells of it', async () => {
    const refusal = new Error('away');
    const { loop, errors, last } = aLoop([refusal, 0]);
    loop.start();
    await last;
    expect(errors).toEqual([refusal]);
    await loop.stop();
  });

  it('stops out of its sleep, and takes no turn then', async () => {
    const { loop, begun, last } = aLoop([]);
    loop.start();
    await last;
    expect(loop.isStopped).toBe(false);
    await loop.stop();
    expect([loop.isStopped, begun.length]).toEqual([true, 1]);
  });

  it('waits for the turn that is under way', async () => {
    let end: (sleepMs: number) => void = () => undefined;
    let hasEnded = false;
    const loop = new TurnLoop({ turn: () => new Promise((resolve) => (end = resolve)), onError: () => 0 });
    loop.start();
    const stopped = loop.stop().then(() => (hasEnded = true));
    await Promise.resolve();
    expect(hasEnded).toBe(false);
    end(60_000);
    await stopped;
  });
});
