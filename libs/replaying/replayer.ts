import { Injectable } from '@nestjs/common';
import { type Actor, toEntry } from '#audit';
import { Config } from '#config';
import { Database, isDataError, isTransient } from '#database';
import { LineAdvancer, linesOf, PumpWaker } from '#deliveries';
import { DatabaseClock, GroupCommit, newUuid, PosthornError, toTypeId, type Uuid, zip } from '#kernel';
import { whyRefused } from './replay-refusal.js';
import { type AskedReplay, findReplayed, type Replay, replayGroup, type ReplayRow } from './replay-statement.js';

/** Whose deliveries a caller may replay; those of others do not exist. */
export interface ReplayScope {
  /** Null: of all tenants. */
  readonly tenantIds: readonly Uuid[] | null;
  /** Only of what was published with this API key; null: whoever published it. */
  readonly publishedBy: Uuid | null;
}

/** A replay, why there is none, or that there is no such delivery for the caller. */
type Outcome = Replay | PosthornError | 'unknown';

/** A replay on its way to the database. */
interface Pending extends AskedReplay {
  /** A statement with it was sent before, and may have been committed. */
  isSent: boolean;
}

/** Replays that one statement opens at most. */
const GROUP_REPLAYS = 500;

/** Replays in memory on their way to the database; beyond, callers must come back. */
const MAX_PENDING = 10_000;

/** How often a group is tried when the database is away or has rolled it back. */
const TRIES = 4;

/** How often replays are asked for again that another one of the same event and endpoint came before. */
const MAX_ROUNDS = 5;

/**
 * Delivers again: a new delivery of the same event, to the endpoint as it is now, on the full schedule, whatever
 * subscriptions say today. Replays that are asked for together share one statement, which puts them on record too. Throws {@link PosthornError}:
 * `not_found`, `not_replayable`, `event_expired`, `already_resolved`, `overloaded`.
 */
@Injectable()
export class Replayer {
  private readonly groups: GroupCommit<Pending, Outcome>;
  private readonly pumps: PumpWaker;
  private readonly lines: LineAdvancer;

  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly config: Config,
  ) {
    this.pumps = new PumpWaker(db);
    this.lines = new LineAdvancer(db);
    this.groups = new GroupCommit({
      flush: (asked) => this.flush(asked),
      maxWeight: GROUP_REPLAYS,
      isDataError,
      retryDelayMs: (error, failures) => (failures < TRIES && isTransient(error) ? 20 * 2 ** failures : null),
    });
  }

  /**
   * Replays a delivery that has ended. A dead letter that it left is resolved with it, under the note given. Null when
   * there is no such delivery in the scope.
   */
  replayDelivery(by: Actor, deliveryId: Uuid, scope: ReplayScope, note: string | null = null): Promise<Replay | null> {
    return this.replay(by, { deliveryId, deadLetterId: null }, scope, note);
  }

  /** Replays the delivery that a dead letter stands for, and resolves it. Null when there is none in the scope. */
  replayDeadLetter(
    by: Actor,
    deadLetterId: Uuid,
    scope: ReplayScope,
    note: string | null = null,
  ): Promise<Replay | null> {
    return this.replay(by, { deadLetterId, deliveryId: null }, scope, note);
  }

  private async replay(
    by: Actor,
    original: Pick<AskedReplay, 'deadLetterId' | 'deliveryId'>,
    { tenantIds, publishedBy }: ReplayScope,
    note: string | null,
  ): Promise<Replay | null> {
    if (this.groups.pending >= MAX_PENDING) throw overloaded();
    const id = newUuid(this.clock.now());
    const entry = entryOf(by, id, original, note);
    const outcome = await this.groups.add({ id, ...original, tenantIds, publishedBy, note, entry, isSent: false });
    if (outcome instanceof PosthornError) throw outcome;
    return outcome === 'unknown' ? null : outcome;
  }

  private async flush(asked: readonly Pending[]): Promise<Outcome[]> {
    const isRepeated = asked.some(({ isSent }) => isSent);
    for (const one of asked) one.isSent = true;
    const outcomes = isRepeated ? await this.repeat(asked) : await this.open(asked);
    // Outside of any transaction, and after the commit.
    const replays = outcomes.filter(isReplay);
    if (replays.length > 0) this.pumps.wake();
    this.lines.advance(linesOf(replays));
    return outcomes;
  }

  private async open(asked: readonly AskedReplay[], rounds = MAX_ROUNDS): Promise<Outcome[]> {
    const rows = await replayGroup(this.db, asked, this.config.retention.days);
    const beaten = asked.filter((_, index) => rows[index]!.verdict === 'beaten');
    if (beaten.length === 0 || rounds === 0) return rows.map(toOutcome);
    // What came before them is committed by now: asked again, they are told of it.
    const again = new Map(zip(beaten, await this.open(beaten, rounds - 1)));
    return asked.map((one, index) => again.get(one) ?? toOutcome(rows[index]!));
  }

  /**
   * The answer to these was lost, or the statement was rolled back. What is on disk is done; what goes again may meet
   * itself, if the lost statement was still at work, and is done then too.
   */
  private async repeat(asked: readonly AskedReplay[]): Promise<Outcome[]> {
    const done = await findReplayed(this.db, asked);
    const rest = asked.filter(({ id }) => !done.has(id));
    const outcomes = new Map(zip(rest, rest.length > 0 ? await this.open(rest) : []));
    const refused = rest.filter((one) => !isReplay(outcomes.get(one)!));
    const late = refused.length > 0 ? await findReplayed(this.db, refused) : done;
    return asked.map((one) => done.get(one.id) ?? late.get(one.id) ?? outcomes.get(one)!);
  }
}

function entryOf(
  by: Actor,
  id: Uuid,
  { deadLetterId, deliveryId }: Pick<AskedReplay, 'deadLetterId' | 'deliveryId'>,
  reason: string | null,
): string {
  const after = { delivery: toTypeId('dlv', id), reason };
  return deadLetterId === null
    ? toEntry(by, { action: 'delivery.replayed', object: toTypeId('dlv', deliveryId!), after })
    : toEntry(by, { action: 'dead_letter.replayed', object: toTypeId('dl', deadLetterId), after });
}

function toOutcome(row: ReplayRow): Outcome {
  const { verdict } = row;
  if (verdict === 'opened') return toReplay(row);
  if (verdict === 'beaten') return overloaded();
  return verdict === 'unknown' ? verdict : whyRefused(verdict, row);
}

/** Field by field: spreading a row of the driver's takes longer than all the rest. */
function toReplay(row: ReplayRow): Replay {
  return {
    id: row.id,
    replayOf: row.replayOf,
    eventId: row.eventId,
    tenantId: row.tenantId,
    endpointId: row.endpointId,
    subscriptionId: row.subscriptionId,
    type: row.type,
    orderKey: row.orderKey,
    createdAt: row.createdAt!,
  };
}

const isReplay = (outcome: Outcome): outcome is Replay => outcome !== 'unknown' && !(outcome instanceof PosthornError);

function overloaded(): PosthornError {
  return new PosthornError('overloaded', 'The platform cannot replay this now; ask again in a moment.', {
    retryAfterSeconds: 2,
  });
}
