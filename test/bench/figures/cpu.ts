import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second wherever it shows it, whatever the kernel's own tick is. */
const TICK_MICROS = 10_000;

interface Times {
  parent: number;
  own: number;
  ofEndedChildren: number;
}

/**
 * CPU time that a process and its children have used so far, in microseconds. PostgreSQL's backends come and go: those
 * that are gone count in their postmaster's figure for children it has waited for.
 */
export function cpuMicros(pid: number): number {
  const root = timesOf(pid);
  if (root === null) throw new Error(`Process ${pid} is gone`);
  let ticks = root.own + root.ofEndedChildren;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const times = timesOf(Number(entry));
    if (times?.parent === pid) ticks += times.own;
  }
  return ticks * TICK_MICROS;
}

/** See proc(5): the name stands in brackets and may hold anything, so fields are counted from its end. */
function timesOf(pid: number): Times | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const at = (field: number): number => Number(fields[field - 3]);
  return { parent: at(4), own: at(14) + at(15), ofEndedChildren: at(16) + at(17) };
}
