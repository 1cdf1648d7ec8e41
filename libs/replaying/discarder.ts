import { Injectable } from '@nestjs/common';
import type { Actor } from '#audit';
import { Database } from '#database';
import { type DeadLetterFilters, DeadLetterStore } from '#deliveries';
import { DatabaseClock, PosthornError, toTypeId, type Uuid, uuidFloor } from '#kernel';

/** Which unresolved dead letters are to be discarded; null: does not matter. */
export interface DiscardSelection extends Omit<DeadLetterFilters, 'fromId' | 'belowId'> {
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

/** Takes dead letters out of the queue for good, because nobody wants them delivered any more. */
@Injectable()
export class Discarder {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly deadLetters: DeadLetterStore,
  ) {}

  /** Throws `already_resolved`, and `not_found` when it is gone. */
  async discard(by: Actor, deadLetterId: Uuid, note: string | null): Promise<void> {
    if (await this.deadLetters.discard(by, deadLetterId, note)) return;
    const name = toTypeId('dl', deadLetterId);
    const [row] = await this.db.query<{ resolution: string }>(`SELECT resolution FROM dead_letters WHERE id = $1`, [
      deadLetterId,
    ]);
    if (!row) throw new PosthornError('not_found', `There is no dead letter ${name}.`);
    throw new PosthornError('already_resolved', `The dead letter ${name} was ${row.resolution} before.`);
  }

  /** Discards everything selected that lies in the queue at this moment; answers how many that were. */
  async discardAll(
    by: Actor,
    { sinceMs, untilMs, ...selection }: DiscardSelection,
    note: string | null,
  ): Promise<number> {
    // What dies while this runs was not meant.
    const belowMs = Math.min(untilMs ?? Number.POSITIVE_INFINITY, this.clock.now() + 1);
    const fromId = sinceMs === null ? null : uuidFloor(sinceMs);
    return this.deadLetters.discardAll(by, { ...selection, fromId, belowId: uuidFloor(belowMs) }, note);
  }
}
