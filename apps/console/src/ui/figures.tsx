import type { ReactNode } from 'react';
import classes from './figures.module.css';

/** Figures side by side, to be taken in at a glance. */
export function Figures({ children }: { children: ReactNode }) {
  return <div className={classes.figures}>{children}</div>;
}

interface FigureProps {
  readonly label: string;
  readonly value: ReactNode;
  /** Of what it comes, or what it means. */
  readonly note: ReactNode;
  readonly tone?: 'good' | 'bad' | 'warn' | 'busy';
}

export function Figure({ label, value, note, tone }: FigureProps) {
  return (
    <div className={classes.figure}>
      <div className={classes.label}>{label}</div>
      <div className={classes.value} data-tone={tone}>
        {value}
      </div>
      {note !== null && <div className={classes.note}>{note}</div>}
    </div>
  );
}
