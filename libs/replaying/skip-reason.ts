import type { Verdict } from './replay-statement.js';

/** Why something that matched was not replayed. */
export const SKIP_REASONS = [
  'already_open',
  'already_resolved',
  'endpoint_deleted',
  'endpoint_disabled',
  'event_erased',
  'event_expired',
  'gone',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** What a verdict means to a bulk replay; null: it was replayed. */
export function toSkipReason(verdict: Verdict): SkipReason | null {
  switch (verdict) {
    case 'opened':
      return null;
    case 'beaten':
    case 'delivery_open':
    case 'other_open':
      return 'already_open';
    case 'resolved':
      return 'already_resolved';
    case 'unknown':
    case 'delivery_gone':
    case 'event_gone':
      return 'gone';
    case 'event_erased':
    case 'event_expired':
    case 'endpoint_deleted':
    case 'endpoint_disabled':
      return verdict;
  }
}
