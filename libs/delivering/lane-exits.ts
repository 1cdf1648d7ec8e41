import { isDataError, isTransient } from '#database';
import type { Deferral, Dispatch, Held, OpenDeliveryStore } from '#deliveries';
import { type Clock, GroupCommit, newUuid } from '#kernel';
import type { Metrics } from '#telemetry';

const GROUP_ROWS = 500;
const TRIES = 6;

/** What the database calls resumed, but this worker does not know to be: within this time it will have heard of it. */
const RESUMED_WAIT_MS = 1_000;

/**
 * How a dispatch leaves its lane without an attempt. Each way is one guarded statement for whatever leaves that way at
 * about the same time. None of them is urgent: if it cannot be written, the row's lease runs out and says the same.
 */
export class LaneExits {
  private readonly holding = this.group<Held>((held) => this.holdOrGiveBack(held));
  private readonly deferring = this.group<Deferral>((deferrals) => this.store.defer(deferrals));
  private readonly burying = this.group<Held>(async (held) => {
    const buried = await this.store.buryExpired(
      held.map((row) => ({ ...row, deadLetterId: newUuid(this.clock.now()) })),
    );
    this.metrics.deliveries.dead.inc(buried.length);
  });
  private readonly givingBack = new Map<number, GroupCommit<Held, void>>();
  private readonly cancelling = new Map<string, GroupCommit<Held, void>>();
  private whenEnded: (dispatch: Dispatch) => void = () => undefined;

  constructor(
    private readonly store: OpenDeliveryStore,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** The endpoint or its tenant is paused: the row waits for the resume. */
  hold(dispatch: Dispatch): Promise<void> {
    return this.holding.add(toHeld(dispatch));
  }

  /** Its turn is a slot that was reserved for it; no attempt is spent. */
  defer(dispatch: Dispatch, slotAtMs: number, waitingFor: Deferral['waitingFor']): Promise<void> {
    return this.deferring.add({ ...toHeld(dispatch), slotAtMs, waitingFor });
  }

  /** Calls back whenever a dispatch has left by an exit at which its delivery ends. One listener only. */
  onEnded(listener: (dispatch: Dispatch) => void): void {
    this.whenEnded = listener;
  }

  /** The event is worth nothing any more. */
  async bury(dispatch: Dispatch): Promise<void> {
    await this.burying.add(toHeld(dispatch));
    this.whenEnded(dispatch);
  }

  async cancel(dispatch: Dispatch, reason: string): Promise<void> {
    let group = this.cancelling.get(reason);
    if (!group) {
      group = this.group<Held>(async (held) => {
        this.metrics.deliveries.cancelled.inc((await this.store.cancelLeased(held, reason)).length);
      });
      this.cancelling.set(reason, group);
    }
    await group.add(toHeld(dispatch));
    this.whenEnded(dispatch);
  }

  /** Any worker may have it, in about `afterMs`. */
  giveBack(dispatch: Dispatch, afterMs: number): Promise<void> {
    // A few fixed waits, so that what goes back at the same time shares a statement.
    const wait = afterMs <= 0 ? 0 : Math.min(60_000, 500 * 2 ** Math.ceil(Math.log2(Math.max(1, afterMs / 500))));
    let group = this.givingBack.get(wait);
    if (!group) {
      group = this.group<Held>((held) => this.store.giveBack(held, wait));
      this.givingBack.set(wait, group);
    }
    return group.add(toHeld(dispatch));
  }

  async idle(): Promise<void> {
    const groups = [
      this.holding,
      this.deferring,
      this.burying,
      ...this.givingBack.values(),
      ...this.cancelling.values(),
    ];
    await Promise.all(groups.map((group) => group.idle()));
  }

  private async holdOrGiveBack(held: readonly Held[]): Promise<void> {
    const isHeld = new Set(await this.store.hold(held));
    // What the database does not call paused any more is sent after all.
    const resumed = held.filter(({ deliveryId }) => !isHeld.has(deliveryId));
    if (resumed.length > 0) await this.store.giveBack(resumed, RESUMED_WAIT_MS);
  }

  private group<Row extends Held>(write: (rows: readonly Row[]) => Promise<unknown>): GroupCommit<Row, void> {
    return new GroupCommit<Row, void>({
      flush: async (rows) => {
        await write(rows);
        return new Array<void>(rows.length);
      },
      maxWeight: GROUP_ROWS,
      isDataError,
      retryDelayMs: (error, failures) => (isTransient(error) && failures < TRIES ? 50 * 2 ** failures : null),
    });
  }
}

function toHeld({ deliveryId, generation }: Dispatch): Held {
  return { deliveryId, generation };
}
