import type { KeyRefusal } from '#tenants';
import { networkOf } from './network-of.js';

/** `malformed`: no credentials that we give out look like that. `session_forged`: a session's token that we have not made. */
export type FailureReason = KeyRefusal | 'malformed' | 'session_ended' | 'session_forged';

/** Somebody presented what opens nothing. */
export interface AuthenticationFailure {
  readonly address: string;
  /** How the key begins, if it looks like one of ours; never what makes it a secret. */
  readonly prefix: string | null;
  readonly reason: FailureReason;
}

/** Failures of one kind, added up. */
export interface FailureSum {
  /** Null where there are too many addresses to tell them apart. */
  readonly address: string | null;
  readonly prefix: string | null;
  readonly reason: FailureReason;
  count: number;
  sinceMs: number;
  untilMs: number;
}

interface Group {
  sum: FailureSum | null;
  /** When it was last taken; null: not yet. */
  takenAtMs: number | null;
}

/** The first failure of a group is told after this, with those that came along; */
const FIRST_AFTER_MS = 1_000;
/** and then what has come since, this seldom. */
const EVERY_MS = 60_000;
/** Told apart at most, in a minute: whoever has many addresses does not fill the log either. */
const MAX_GROUPS = 100;

/**
 * Adds failures up by network, beginning of the key and reason, and says when a sum is due to be told. What is beyond
 * {@link MAX_GROUPS} is added up by reason alone. Knows no clock.
 */
export class FailureTally {
  private readonly groups = new Map<string, Group>();

  add(failure: AuthenticationFailure, nowMs: number): void {
    const { group, sum } = this.placeOf(failure, nowMs);
    group.sum ??= { ...sum, count: 0, sinceMs: nowMs, untilMs: nowMs };
    group.sum.count += 1;
    group.sum.untilMs = nowMs;
  }

  /** When the next sum is due; null: there is none. */
  nextDueMs(): number | null {
    const times = [...this.groups.values()].flatMap((group) => dueMs(group) ?? []);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** The sums that are due; they begin anew. `all`: those that are not, too, for nobody will ask again. */
  take(nowMs: number, all = false): FailureSum[] {
    const due = [...this.groups.values()].filter((group) => all || (dueMs(group) ?? Infinity) <= nowMs);
    return due.flatMap((group) => {
      const { sum } = group;
      Object.assign(group, { sum: null, takenAtMs: nowMs });
      return sum ?? [];
    });
  }

  private placeOf({ address, prefix, reason }: AuthenticationFailure, nowMs: number) {
    const own = `${networkOf(address)} ${prefix} ${reason}`;
    if (!this.groups.has(own) && this.groups.size >= MAX_GROUPS) this.forgetQuiet(nowMs);
    const isOneOfFew = this.groups.has(own) || this.groups.size < MAX_GROUPS;
    const name = isOneOfFew ? own : reason;
    let group = this.groups.get(name);
    if (!group) this.groups.set(name, (group = { sum: null, takenAtMs: null }));
    return { group, sum: isOneOfFew ? { address, prefix, reason } : { address: null, prefix: null, reason } };
  }

  private forgetQuiet(nowMs: number): void {
    for (const [name, { sum, takenAtMs }] of this.groups) {
      if (sum === null && (takenAtMs ?? 0) + EVERY_MS <= nowMs) this.groups.delete(name);
    }
  }
}

function dueMs({ sum, takenAtMs }: Group): number | null {
  if (sum === null) return null;
  return Math.max(sum.sinceMs + FIRST_AFTER_MS, takenAtMs === null ? 0 : takenAtMs + EVERY_MS);
}
