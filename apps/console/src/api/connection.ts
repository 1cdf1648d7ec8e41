import { Store } from './store.js';

/** Whether the API answers. `away` shows a banner; what is on the screen stays there. */
export const connection = new Store<'there' | 'away'>('there');

const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/** Something could not be sent, or a proxy said so: looks for the API until it is back. */
export function noteAway(): void {
  if (connection.value === 'away') return;
  connection.set('away');
  void lookUntilBack();
}

/** Resolves when the API answers: at once, unless it is known to be away. */
export function untilThere(): Promise<void> {
  if (connection.value === 'there') return Promise.resolve();
  return new Promise((resolve) => {
    const leave = connection.subscribe(() => {
      if (connection.value !== 'there') return;
      leave();
      resolve();
    });
  });
}

async function lookUntilBack(): Promise<void> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_WAIT_MS)) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const isBack = await fetch('/health/ready', { cache: 'no-store' }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isBack) return connection.set('there');
  }
}
