import { isDataError, isTransient } from '#database';
import type { Dispatch, Line, OpenDeliveryStore } from '#deliveries';
import { GroupCommit } from '#kernel';
import type { Intake } from './intake.js';
import type { LaneExits } from './lane-exits.js';

/** Lines that one statement asks for. */
const GROUP_LINES = 256;
const TRIES = 4;

/**
 * In a line the next delivery begins when the one before it is over and on record: claimed by the worker that has just
 * recorded it, straight into its lane. So a line goes as fast as its receiver answers, and no pump has to look for it. Lines
 * that are freed at about the same time share a statement. What is lost here is found by upkeep.
 */
export class Succession {
  private readonly groups = new GroupCommit<Line, void>({
    flush: async (lines) => {
      await this.claim(lines);
      return new Array<void>(lines.length);
    },
    maxWeight: GROUP_LINES,
    isDataError,
    retryDelayMs: (error, failures) => (isTransient(error) && failures < TRIES ? 50 * 2 ** failures : null),
  });

  constructor(
    private readonly deliveries: OpenDeliveryStore,
    private readonly intake: Intake,
    private readonly exits: LaneExits,
  ) {
    exits.onEnded((dispatch) => this.follow(dispatch));
  }

  /** This delivery has ended: what stands behind it in its line, if it stood in one, may begin. */
  follow({ endpointId, orderKey }: Dispatch): void {
    if (orderKey !== null) void this.groups.add({ endpointId, orderKey }).catch(() => undefined);
  }

  idle(): Promise<void> {
    return this.groups.idle();
  }

  private async claim(lines: readonly Line[]): Promise<void> {
    for (let left = lines; left.length > 0; ) {
      const places = await this.intake.reserve(1, left.length);
      // This worker takes nothing more: the pumps of others do.
      if (places === 0) return void (await this.deliveries.advance(left));
      await this.claimInto(left.slice(0, places), places);
      left = left.slice(places);
    }
  }

  private async claimInto(lines: readonly Line[], places: number): Promise<void> {
    try {
      for (const { dispatch, isErased } of await this.deliveries.claimNext(lines)) {
        if (isErased) void this.exits.cancel(dispatch, 'payload_erased').catch(() => undefined);
        else this.intake.place(dispatch);
      }
    } finally {
      this.intake.release(places);
    }
  }
}
