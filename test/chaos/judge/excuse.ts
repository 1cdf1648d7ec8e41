import type { Allowance } from '../faults/fault.js';
import type { FaultRecord } from '../faults/fault-record.js';

/** What happens so shortly before or after a fault may be its work: an answer under way, a process that still starts. */
const GRACE_MS = 3_000;

/** The fault that allows something to be seen at this moment; null when none does. */
export function excuse(
  faults: readonly FaultRecord[],
  atMs: number,
  isAllowed: (allows: Allowance) => boolean,
): FaultRecord | null {
  return faults.find((fault) => isAllowed(fault.allows) && faultDuring(fault, atMs, atMs)) ?? null;
}

export function faultDuring({ startMs, endMs }: FaultRecord, fromMs: number, untilMs: number): boolean {
  return untilMs >= startMs - GRACE_MS && fromMs <= endMs + GRACE_MS;
}

/** For how long of this time nothing could be delivered. */
export function silenceMs(faults: readonly FaultRecord[], fromMs: number, untilMs: number): number {
  return faults
    .filter(({ allows }) => allows.maySilence)
    .reduce((sum, { startMs, endMs }) => sum + Math.max(0, Math.min(untilMs, endMs) - Math.max(fromMs, startMs)), 0);
}
