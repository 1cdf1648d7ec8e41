import { Injectable } from '@nestjs/common';
import { Database, type Executor, isUniqueViolation, plainArray, textArray, withRetries } from '#database';
import { type Uuid, uuidFloor } from '#kernel';
import { BACKLOG, CLAIM_DUE, CLAIM_FRESH, DEFER, GIVE_BACK, RENEW_LEASES } from './claim-statements.js';
import { type Dispatch, type EventContent, INLINE_BODY_CHARACTERS, toWireEvent } from './dispatch.js';
import {
  BURY_EXPIRED,
  CANCEL,
  CANCEL_LEASED,
  CANCEL_OF_ENDPOINT,
  CANCEL_OF_EVENT,
  CANCEL_OF_TENANT,
  FIND_EXPIRED,
  HOLD,
  RELEASE_HELD,
} from './end-statements.js';
import type { Ended, Line } from './line.js';
import { ADVANCE, CLAIM_NEXT, LINES_AFTER } from './order-statements.js';
import type { Progress } from './progress.js';
import { RESCHEDULE_BATCH, RESCHEDULE_OF_ENDPOINT, RESCHEDULE_STRAYS } from './reschedule-statements.js';

/** How long a claim holds. More than the longest request (60 s) and ten seconds, so that no living worker is overtaken. */
export const LEASE_MS = 90_000;

/**
 * Rows that one statement cancels or releases, so that a million of them do not make one transaction; and rows of one
 * endpoint that are released ahead of what goes out.
 */
const BATCH = 1_000;

/** Lines that one statement looks at when all of them are looked at. */
const LINES_AT_ONCE = 500;

/** No line is before this one. */
const NIL: Uuid = '00000000-0000-0000-0000-000000000000';

/** A recording that locks the same rows in another order may make one of the two start again. */
const TRIES = 4;

/** A row and the lease that its holder believes to have. */
export interface Held {
  readonly deliveryId: Uuid;
  readonly generation: number;
}

/** A row that is to wait for the slot that was reserved for it: epoch milliseconds of the database's clock. */
export interface Deferral extends Held {
  readonly slotAtMs: number;
  readonly waitingFor: 'rate_limit' | 'circuit';
}

/** A lease that was taken or made longer. */
export interface Lease {
  readonly id: Uuid;
  readonly generation: number;
  readonly leaseUntilMs: number;
}

/** An endpoint whose due rows are asked for by its name: `rows` of them at most, the oldest since `sinceMs`. */
export interface Turn {
  readonly endpointId: Uuid;
  readonly rows: number;
  readonly sinceMs: number;
}

/** What to look for among all that is due, and which endpoints' turn it is besides. Times are epoch milliseconds. */
export interface ClaimRequest {
  /** Rows to choose among what fell due since `sinceMs`, but for the endpoints `leftOut`. */
  readonly rows: number;
  readonly sinceMs: number;
  readonly leftOut: readonly Uuid[];
  readonly turns: readonly Turn[];
}

/** A claimed delivery; `isErased` when the event's payload is gone and there is nothing left to send. */
export interface Claimed {
  readonly dispatch: Dispatch;
  readonly isErased: boolean;
  /** When it had fallen due. */
  readonly wasDueAtMs: number;
}

export interface Claim {
  readonly claimed: readonly Claimed[];
  /** The database's time of the claim: what fell due until then was looked for. */
  readonly atMs: number;
  /** Null, or how far the look came before it had seen as many rows as it may. */
  readonly seenUntilMs: number | null;
  /** Endpoints that have due rows which were seen and not chosen. */
  readonly passedOver: readonly { readonly tenantId: Uuid; readonly endpointId: Uuid }[];
  /** Milliseconds until something falls due that was not left out, if that is soon; it may have happened already. */
  readonly nextInMs: number | null;
}

type ClaimedRow = Omit<Dispatch, 'event'> &
  Omit<EventContent, 'id'> & { eventId: Uuid; isLarge: boolean; isErased: boolean; wasDueAtMs: number };

type LookRow = Omit<Claim, 'claimed' | 'passedOver'> & {
  readonly deliveryId: null;
  readonly passedOver: Claim['passedOver'] | null;
};

/** The guarded statements on what is still open. */
@Injectable()
export class OpenDeliveryStore {
  private whenBuried: (buried: readonly Ended[]) => void = () => undefined;

  constructor(private readonly db: Database) {}

  /** Claims due rows, and tells what else is due. */
  async claimDue({ rows, sinceMs, leftOut, turns }: ClaimRequest): Promise<Claim> {
    const answer = await this.db.query<ClaimedRow | LookRow>(CLAIM_DUE, [
      LEASE_MS,
      INLINE_BODY_CHARACTERS,
      rows,
      sinceMs,
      plainArray(leftOut),
      plainArray(turns.map(({ endpointId }) => endpointId)),
      plainArray(turns.map((turn) => turn.rows)),
      plainArray(turns.map((turn) => turn.sinceMs)),
    ]);
    const isLook = (row: ClaimedRow | LookRow): row is LookRow => row.deliveryId === null;
    const { atMs, seenUntilMs, passedOver, nextInMs } = answer.find(isLook)!;
    const claimed = inOrder(answer.filter((row) => !isLook(row)));
    return { claimed, atMs, seenUntilMs, passedOver: passedOver ?? [], nextInMs };
  }

  /** Claims what nobody has touched since it was published; what is not answered belongs to someone else, or is done. */
  async claimFresh(deliveryIds: readonly Uuid[]): Promise<Lease[]> {
    return this.db.query<Lease>(CLAIM_FRESH, [LEASE_MS, plainArray(deliveryIds)]);
  }

  /** Renews leases; what is not answered was lost. */
  async renewLeases(held: readonly Held[]): Promise<Lease[]> {
    return this.db.query<Lease>(RENEW_LEASES, [LEASE_MS, ...idsAndGenerations(held)]);
  }

  /** Lets any worker claim the rows, `afterMs` from now. */
  async giveBack(held: readonly Held[], afterMs: number): Promise<void> {
    await this.db.query(GIVE_BACK, [...idsAndGenerations(held), afterMs]);
  }

  /** Lets rows wait for the slots that were reserved for them, where any worker may claim them then. Spends no attempt. */
  async defer(deferrals: readonly Deferral[]): Promise<void> {
    const sorted = deferrals.toSorted(byDelivery);
    await this.db.query(DEFER, [
      ...idsAndGenerations(sorted),
      plainArray(sorted.map(({ slotAtMs }) => slotAtMs)),
      plainArray(sorted.map(({ waitingFor }) => waitingFor)),
    ]);
  }

  /** How much is due and unclaimed (counted up to a hundred thousand), and how long the oldest of it has been. */
  async backlog(): Promise<{ due: number; oldestAgeSeconds: number }> {
    const [row] = await this.db.query<{ due: number; oldestAgeSeconds: number }>(BACKLOG);
    return row!;
  }

  /** Holds rows of a paused endpoint or tenant; answers the ids held. The rest is not paused any more, or not ours. */
  async hold(held: readonly Held[]): Promise<Uuid[]> {
    return ids(await this.db.query<{ id: Uuid }>(HOLD, idsAndGenerations(held)));
  }

  /**
   * Makes due what is held without reason, oldest first, but of each endpoint no more than can go out soon. Answers how many
   * rows that were: none when nothing is left, or nothing went out since the last call.
   */
  async releaseHeld(): Promise<number> {
    return (await withRetries(TRIES, () => this.db.query(RELEASE_HELD, [BATCH]))).length;
  }

  /** Makes due what waits for a slot of the endpoint's rate. Answers how many rows that were. */
  async reschedule(endpointId: Uuid): Promise<number> {
    return inBatches(() => this.db.query(RESCHEDULE_OF_ENDPOINT, [endpointId]), RESCHEDULE_BATCH);
  }

  /** Makes due what waits for a slot that is none any more, since its line was begun anew. Answers how many rows that were. */
  async rescheduleStrays(): Promise<number> {
    return inBatches(() => this.db.query(RESCHEDULE_STRAYS), RESCHEDULE_BATCH);
  }

  async cancelLeased(held: readonly Held[], reason: string): Promise<Uuid[]> {
    return ids(await this.db.query<{ id: Uuid }>(CANCEL_LEASED, [...idsAndGenerations(held), reason]));
  }

  async buryExpired(held: readonly (Held & { deadLetterId: Uuid })[]): Promise<Uuid[]> {
    const values = [...idsAndGenerations(held), plainArray(held.map(({ deadLetterId }) => deadLetterId))];
    const buried = await this.db.query<Ended>(BURY_EXPIRED, values);
    this.whenBuried(buried);
    return ids(buried);
  }

  /** Calls back with what has been buried by this store. One listener only. */
  onBuried(listener: (buried: readonly Ended[]) => void): void {
    this.whenBuried = listener;
  }

  /** Rows, `limit` at most, that have outlived their event's expiry while they waited, to be buried. */
  async findExpired(limit: number): Promise<Held[]> {
    return this.db.query<Held>(FIND_EXPIRED, [limit]);
  }

  /** Cancels one delivery on someone's word; null when it is not open (any more). Its line, if any, is to be advanced. */
  async cancel(tx: Executor, deliveryId: Uuid, reason: string): Promise<Ended | null> {
    const [ended] = await tx.query<Ended>(CANCEL, [plainArray([deliveryId]), reason]);
    return ended ?? null;
  }

  /** Cancels these whatever becomes of their leases; answers those that were open. Their lines are to be advanced. */
  async cancelAll(tx: Executor, deliveryIds: readonly Uuid[], reason: string): Promise<Ended[]> {
    if (deliveryIds.length === 0) return [];
    return tx.query<Ended>(CANCEL, [plainArray(deliveryIds), reason]);
  }

  /** Cancels some of what is open to an endpoint and was made before `beforeMs`. */
  async cancelOfEndpoint(endpointId: Uuid, reason: string, beforeMs: number): Promise<Progress> {
    return oneBatch(() => this.db.query(CANCEL_OF_ENDPOINT, [endpointId, reason, BATCH, uuidFloor(beforeMs)]));
  }

  /** Cancels some of what is open of a tenant. */
  async cancelOfTenant(tenantId: Uuid, reason: string): Promise<Progress> {
    return oneBatch(() => this.db.query(CANCEL_OF_TENANT, [tenantId, reason, BATCH]));
  }

  /** Cancels whatever is open of an event. After the commit the lines of what it answers are to be advanced. */
  async cancelOfEvent(tx: Executor, eventId: Uuid, reason: string): Promise<Ended[]> {
    return tx.query<Ended>(CANCEL_OF_EVENT, [eventId, reason]);
  }

  /** Makes the next delivery of each line due, unless one of its line is under way. Answers how many that were. */
  async advance(lines: readonly Line[]): Promise<number> {
    const advanced = await makingHeads(() => this.db.query(ADVANCE, lineValues(lines)));
    return advanced.length;
  }

  /** Claims the next delivery of each line, unless one of its line is under way. */
  async claimNext(lines: readonly Line[]): Promise<Claimed[]> {
    const values = [...lineValues(lines), LEASE_MS, INLINE_BODY_CHARACTERS];
    return inOrder(await makingHeads(() => this.db.query<ClaimedRow>(CLAIM_NEXT, values)));
  }

  /** Advances every line that has nothing under way, whatever it was that left it so. Answers how many that were. */
  async advanceIdle(): Promise<number> {
    let total = 0;
    for (let last: Line = { endpointId: NIL, orderKey: '' }; ; ) {
      const lines = await this.db.query<Line & { isIdle: boolean }>(LINES_AFTER, [
        last.endpointId,
        last.orderKey,
        LINES_AT_ONCE,
      ]);
      const idle = lines.filter(({ isIdle }) => isIdle);
      if (idle.length > 0) total += await this.advance(idle);
      if (lines.length < LINES_AT_ONCE) return total;
      last = lines.at(-1)!;
    }
  }
}

async function inBatches(run: () => Promise<unknown[]>, batch = BATCH): Promise<number> {
  for (let total = 0; ; ) {
    const { length } = await withRetries(TRIES, run);
    total += length;
    if (length < batch) return total;
  }
}

async function oneBatch(run: () => Promise<unknown[]>): Promise<Progress> {
  const { length } = await withRetries(TRIES, run);
  return { done: length, hasMore: length === BATCH };
}

/** Another statement may make a head of the same line at the same moment: run again, this one sees it. */
async function makingHeads<Row>(run: () => Promise<Row[]>): Promise<Row[]> {
  for (let failures = 0; ; ) {
    try {
      return await withRetries(TRIES, run);
    } catch (error) {
      if (++failures >= TRIES || !isUniqueViolation(error, 'open_deliveries_head_key')) throw error;
    }
  }
}

function lineValues(lines: readonly Line[]): [string, string] {
  return [plainArray(lines.map(({ endpointId }) => endpointId)), textArray(lines.map(({ orderKey }) => orderKey))];
}

const ids = (rows: readonly { id: Uuid }[]): Uuid[] => rows.map(({ id }) => id);

const byDelivery = (a: Held, b: Held): number => (a.deliveryId < b.deliveryId ? -1 : 1);

function idsAndGenerations(held: readonly Held[]): [string, string] {
  const sorted = held.toSorted(byDelivery);
  return [plainArray(sorted.map((row) => row.deliveryId)), plainArray(sorted.map((row) => row.generation))];
}

/** An update answers in no order of its own; what came first shall be sent first. */
function inOrder(rows: ClaimedRow[]): Claimed[] {
  return rows.sort((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1)).map(toClaimed);
}

function toClaimed(row: ClaimedRow): Claimed {
  const event = toWireEvent({ ...row, id: row.eventId });
  return {
    isErased: row.isErased,
    wasDueAtMs: row.wasDueAtMs,
    dispatch: {
      deliveryId: row.deliveryId,
      tenantId: row.tenantId,
      endpointId: row.endpointId,
      endpointVersion: row.endpointVersion,
      generation: row.generation,
      attempts: row.attempts,
      replayOf: row.replayOf,
      orderKey: row.orderKey,
      leaseUntilMs: row.leaseUntilMs,
      slotAtMs: row.slotAtMs,
      isSlotOfRate: row.isSlotOfRate,
      event: row.isLarge ? { ...event, body: null } : event,
    },
  };
}
