import { toDuration } from '../ui/time.js';
import type { Attempt } from './delivery.js';
import { toTimingParts } from './timing-parts.js';
import classes from './timing-bar.module.css';

/** How the time of an attempt was spent, as a bar whose length can be compared with its neighbours'. */
export function TimingBar({ attempt, longestMs }: { attempt: Attempt; longestMs: number }) {
  const parts = toTimingParts(attempt);
  const words = parts.map(({ name, ms }) => `${name} ${toDuration(ms)}`).join(', ');
  const share = (ms: number): string => `${Math.max(0.4, (100 * ms) / longestMs)}%`;
  return (
    <div>
      <div className={classes.bar} role="img" aria-label={`Total ${toDuration(attempt.durationMs)}: ${words}`}>
        {parts.map(({ name, ms }) => (
          <span key={name} data-part={name} style={{ width: share(ms) }} title={`${name} ${toDuration(ms)}`} />
        ))}
      </div>
      <div className={classes.legend} aria-hidden>
        {parts.map(({ name, ms }) => (
          <span key={name}>
            <i data-part={name} />
            {name} <b>{toDuration(ms)}</b>
          </span>
        ))}
        <span className={classes.total}>
          Total <b>{toDuration(attempt.durationMs)}</b>
        </span>
      </div>
    </div>
  );
}
