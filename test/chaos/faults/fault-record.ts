import type { Allowance } from './fault.js';

/** A fault that has been played; times are of `monotonicMs`. */
export interface FaultRecord {
  name: string;
  detail: string;
  allows: Allowance;
  startMs: number;
  /** When everything ran again and every process said that it was ready. */
  endMs: number;
}
