import { Progress } from '@mantine/core';
import type { Replay } from './replay.js';

/** How much of it is made, and what came of it. */
export function ReplayProgress({ replay, size = 'md' }: { replay: Replay; size?: string }) {
  const { matched, succeeded, failed, cancelled, pending, skipped } = replay;
  const share = (count: number): number => (matched === 0 ? 0 : (100 * count) / matched);
  const words = `${succeeded} succeeded, ${failed} failed, ${pending} under way, ${skipped} skipped, of ${matched}`;
  return (
    <Progress.Root size={size} role="img" aria-label={words} title={words}>
      <Progress.Section value={share(succeeded)} color="var(--c-good-mark)" aria-hidden />
      <Progress.Section value={share(failed)} color="var(--c-bad-mark)" aria-hidden />
      <Progress.Section value={share(cancelled + skipped)} color="var(--c-off-mark)" aria-hidden />
      <Progress.Section value={share(pending)} color="var(--c-busy-mark)" striped animated aria-hidden />
    </Progress.Root>
  );
}
