import { useMemo } from 'react';
import classes from './code-block.module.css';
import { CopyButton } from './copy-button.js';
import { layOutJson } from './json-text.js';

interface CodeBlockProps {
  readonly text: string;
  /** What it is, for those who do not see it, and for its copy button. */
  readonly label: string;
  readonly maxHeight?: number;
}

/** Text as it is, coloured when it is JSON. It can be scrolled by keyboard. */
export function CodeBlock({ text, label, maxHeight = 420 }: CodeBlockProps) {
  const tokens = useMemo(() => layOutJson(text), [text]);
  return (
    <div className={classes.frame}>
      <div className={classes.copy}>
        <CopyButton text={text} what={label} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <pre className={classes.code} style={{ maxHeight }} tabIndex={0} role="region" aria-label={label}>
        {tokens === null
          ? text
          : tokens.map(({ kind, text: part }, index) =>
              kind === 'mark' || kind === 'space' ? (
                part
              ) : (
                // oxlint-disable-next-line react/no-array-index-key -- tokens have no other name, and never move
                <span key={index} data-kind={kind}>
                  {part}
                </span>
              ),
            )}
      </pre>
    </div>
  );
}
