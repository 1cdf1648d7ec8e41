import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitForOptions {
  /** How long to keep trying, in milliseconds; a minute unless given, which a busy machine can need for anything. */
  timeoutMs?: number;
  /** Pause between two tries, in milliseconds. */
  intervalMs?: number;
}

/**
 * Runs `assertion` until it no longer throws, and answers with its value. Tests wait for a condition with this instead
 * of sleeping; when the time is up, the assertion's own last error is thrown, so the report says what was still wrong.
 */
export async function waitFor<T>(assertion: () => T | Promise<T>, options: WaitForOptions = {}): Promise<T> {
  const { timeoutMs = 60_000, intervalMs = 10 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await sleep(intervalMs);
  }
}
