import type { ReactNode } from 'react';
import type { Tone } from './status.js';
import { toMoment } from './time.js';
import classes from './timeline.module.css';

export interface Moment {
  readonly at: string;
  readonly tone: Tone;
  readonly words: ReactNode;
}

/** What happened, one line each, in the order given. */
export function Timeline({ moments }: { moments: readonly Moment[] }) {
  return (
    <ol className={classes.timeline}>
      {moments.map(({ at, tone, words }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- two things may happen at the same moment
        <li key={`${at} ${index}`} data-tone={tone}>
          <time dateTime={at} title={at}>
            {toMoment(at, { withMs: true })}
          </time>
          <div>{words}</div>
        </li>
      ))}
    </ol>
  );
}
