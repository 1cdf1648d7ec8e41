import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;

/** One clock for the whole page, to the second; it stands still while the page is not looked at. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

/** The present, in milliseconds; renders again every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
