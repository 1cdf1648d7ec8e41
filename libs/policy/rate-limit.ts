/** At most `limit` requests in any `periodSeconds`, spread evenly over them. */
export interface RateLimit {
  readonly limit: number;
  readonly periodSeconds: number;
}

/** Slots that were reserved one after the other: `count` of them, `everyMs` apart. Epoch milliseconds. */
export interface SlotRun {
  readonly firstMs: number;
  readonly everyMs: number;
  readonly count: number;
}

/** A slot no farther ahead is waited for in the worker that reserved it; for any other the row goes back. */
export const NEAR_SLOT_MS = 2_000;

/** A slot that passed longer ago than this is lost: what came of many that passed at once would be a burst. */
const LATE_MS = 2_000;

/** For a delivery that has lost one before. It is not to be written for ever because it always comes a little late. */
const LATE_AGAIN_MS = 60_000;

/** Writes of a row in one attempt, when it waits for one slot and gets there in time: claimed, deferred, claimed, recorded. */
const WRITES_PER_ATTEMPT = 4;

/** What comes late by so little is not held back for it: a pump does not wake up to the millisecond. */
const JITTER_MS = 20;

/** A worker that was held up sends a tenth faster than the slots come, or it would be late until there is a gap. */
const CATCH_UP = 0.9;

export function slotIntervalMs({ limit, periodSeconds }: RateLimit): number {
  return (periodSeconds * 1000) / limit;
}

/**
 * Whether a delivery may still go by the slot that it waited for. `attempts` are those made before, `generation` is how
 * often the row was written, its insertion included.
 */
export function isSlotGood(
  slotAtMs: number,
  { attempts, generation }: { readonly attempts: number; readonly generation: number },
  nowMs: number,
): boolean {
  const hasLostOne = generation > (attempts + 1) * WRITES_PER_ATTEMPT;
  return nowMs - slotAtMs <= (hasLostOne ? LATE_AGAIN_MS : LATE_MS);
}

/**
 * Gives the slots of a run to those who want one, by when they are worth nothing any more: whoever ends first goes first,
 * the others in their order. Null for whom none is left in time. Answers in the order of `endsAtMs`.
 */
export function assignSlots(endsAtMs: readonly number[], { firstMs, everyMs, count }: SlotRun): (number | null)[] {
  const order = endsAtMs.map((_, index) => index).sort((a, b) => endsAtMs[a]! - endsAtMs[b]! || a - b);
  const slots = new Array<number | null>(endsAtMs.length).fill(null);
  let taken = 0;
  for (const index of order) {
    const slotMs = firstMs + taken * everyMs;
    if (taken === count || slotMs >= endsAtMs[index]!) continue;
    slots[index] = slotMs;
    taken += 1;
  }
  return slots;
}

/**
 * When one worker sends what has a slot: at the slot, or if that has passed, behind what it sent before. `notBeforeMs` is
 * what the last call answered as `nextMs`.
 */
export function paceSlot(
  slotAtMs: number,
  notBeforeMs: number,
  everyMs: number,
  nowMs: number,
): { atMs: number; nextMs: number } {
  const atMs = Math.max(slotAtMs, notBeforeMs, nowMs - JITTER_MS);
  return { atMs, nextMs: atMs + CATCH_UP * everyMs };
}
