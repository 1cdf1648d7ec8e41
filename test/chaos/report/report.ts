import type { ChaosOptions } from '../options.js';
import type { Outcome } from '../run-chaos.js';

/** What `--json` prints. */
export function toReport({ queue, seed, rate, isShort }: ChaosOptions, outcome: Outcome): object {
  const { faults, findings, ...figures } = outcome;
  return {
    queue,
    seed,
    rate,
    isShort,
    ...figures,
    faults: faults.map(({ fault, ...result }) => ({
      name: fault.name,
      detail: fault.detail,
      tookMs: Math.round(fault.endMs - fault.startMs),
      ...result,
    })),
    findings,
  };
}
