import { type Database, type Executor, isTransient } from '#database';
import { LineAdvancer } from '#deliveries';
import type { TenantConfigs } from '#endpoints';
import { type Clock, newUuid, toTypeId, TurnLoop, type Uuid, uuidTime } from '#kernel';
import { announceEnded } from './ended-replay.js';
import { type Advance, type BatchShare, type DueReplay, ReplayProgress } from './replay-progress.js';
import { type AskedReplay, replayGroup, type ReplayRow } from './replay-statement.js';
import { type SkipReason, toSkipReason } from './skip-reason.js';
import { afterBatch, type Batch, planBatch } from './timetable.js';
import type { Candidate } from './walk.js';
import { walkOf } from './walk-of.js';

/** Nothing to do: look again after this, for what was asked for meanwhile. */
const MAX_SLEEP_MS = 1_000;

/** Another worker is at the same replay: let it, for about so long. */
const YIELD_MS = 50;

/** The database is away: try again after this. */
const RETRY_MS = 500;

/** What its owner reads; the reason may hold what is nobody's to see, and is in the log. */
const GIVEN_UP = 'The database refuses to go on with it. The log of the worker tells why.';

export interface ReplayRunnerLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface ReplayRunnerOptions {
  readonly retentionDays: number;
  /** Told when deliveries have been made. */
  readonly wakePumps: () => void;
}

/**
 * Makes the deliveries of bulk replays: take one → look → replay → put on record, a batch at a time, each in a transaction
 * of its own; and counts what has become of them.
 *
 * Any number of workers do it. None owns a replay: its row says where it stands and when it may go on, whoever has it
 * locked makes the next batch, and the position moves in the transaction that makes the deliveries. So a worker that dies
 * leaves nothing half done and nothing is made twice, and the rate is one rate, however many workers there are.
 */
export class ReplayRunner {
  private readonly progress: ReplayProgress;
  private readonly lines: LineAdvancer;
  private readonly loop = new TurnLoop({
    turn: () => this.turn(),
    onError: (error) => {
      this.log.warn({ err: error }, 'bulk replays cannot go on now');
      return RETRY_MS;
    },
  });

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly configs: TenantConfigs,
    private readonly options: ReplayRunnerOptions,
    private readonly log: ReplayRunnerLog,
  ) {
    this.progress = new ReplayProgress(db);
    this.lines = new LineAdvancer(db);
  }

  start(): void {
    this.loop.start();
  }

  /** Makes nothing more; resolves when what is under way is on record. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.lines.idle();
  }

  private async turn(): Promise<number> {
    const { batchInMs, tallyInMs } = await this.progress.next();
    const isBatchDue = batchInMs !== null && batchInMs <= 0;
    const isTallyDue = tallyInMs !== null && tallyInMs <= 0;
    const wasMade = isBatchDue && (await this.makeBatch());
    if (isTallyDue) await this.progress.tally();
    if (isTallyDue || wasMade) await this.finish();
    if (isBatchDue || isTallyDue) return wasMade ? 0 : YIELD_MS * (0.5 + Math.random());
    return Math.min(batchInMs ?? MAX_SLEEP_MS, tallyInMs ?? MAX_SLEEP_MS, MAX_SLEEP_MS);
  }

  /** False when there was none that is not another worker's. */
  private async makeBatch(): Promise<boolean> {
    let taken: DueReplay | null = null;
    try {
      const opened = await this.db.transaction(async (tx) => {
        taken = await this.progress.take(tx);
        return taken === null ? null : this.makeOf(tx, taken);
      });
      if (opened === null) return false;
      // Outside of any transaction, and after the commit.
      if (opened.length > 0) this.options.wakePumps();
      this.lines.advance(
        opened.flatMap(({ endpointId, orderKey }) => (orderKey === null ? [] : [{ endpointId, orderKey }])),
      );
      return true;
    } catch (error) {
      if (taken === null || isTransient(error)) throw error;
      await this.giveUp(taken, error);
      return true;
    }
  }

  private async makeOf(tx: Executor, replay: DueReplay): Promise<ReplayRow[]> {
    const batch = planBatch(replay);
    const { candidates, position, isAtEnd } = await walkOf(replay.selection, this.configs)(
      tx,
      replay.position,
      batch.size,
    );
    const rows = await this.replay(tx, replay, candidates, batch);
    const opened = rows.filter(({ verdict }) => verdict === 'opened');
    const advance: Advance = {
      position,
      isAtEnd,
      matched: candidates.length,
      openedIds: opened.map(({ id }) => id),
      skips: countSkips(rows),
      shares: replay.selection.tenantIds?.length === 1 ? [] : countShares(rows),
      ...afterBatch(batch, opened.length),
    };
    await this.progress.advance(tx, replay.id, advance);
    return opened;
  }

  private async replay(
    tx: Executor,
    replay: DueReplay,
    candidates: readonly Candidate[],
    { firstDueAtMs, spacingMs }: Batch,
  ): Promise<ReplayRow[]> {
    if (candidates.length === 0) return [];
    // Parts are told apart by their ids, whatever the clocks of two workers say.
    const nowMs = Math.max(this.clock.now(), replay.lastId === null ? 0 : uuidTime(replay.lastId) + 1);
    const asked = candidates.map(
      (candidate): AskedReplay => ({
        ...candidate,
        id: newUuid(nowMs),
        tenantIds: replay.selection.tenantIds,
        publishedBy: null,
        note: replay.note,
        entry: null,
      }),
    );
    const terms = { replayId: replay.id, firstDueAt: new Date(firstDueAtMs), spacingMs };
    return replayGroup(tx, asked, this.options.retentionDays, terms);
  }

  private async finish(): Promise<void> {
    await this.db.transaction(async (tx) => {
      await announceEnded(tx, await this.progress.finish(tx));
    });
  }

  /** What the database refuses for its content would be refused again and again. */
  private async giveUp({ id }: Pick<DueReplay, 'id'>, error: unknown): Promise<void> {
    this.log.error({ err: error, replay: toTypeId('rpl', id) }, 'a bulk replay cannot go on');
    await this.db.transaction(async (tx) => {
      await announceEnded(tx, await this.progress.fail(tx, id, GIVEN_UP));
    });
  }
}

function countSkips(rows: readonly ReplayRow[]): Partial<Record<SkipReason, number>> {
  const skips: Partial<Record<SkipReason, number>> = {};
  for (const { verdict } of rows) {
    const reason = toSkipReason(verdict);
    if (reason !== null) skips[reason] = (skips[reason] ?? 0) + 1;
  }
  return skips;
}

/** In one order, for locks' sake. What is gone is nobody's. */
function countShares(rows: readonly ReplayRow[]): BatchShare[] {
  const shares = new Map<Uuid, BatchShare>();
  for (const { tenantId, verdict } of rows) {
    if (verdict === 'unknown') continue;
    const { matched, replayed } = shares.get(tenantId) ?? { matched: 0, replayed: 0 };
    shares.set(tenantId, { tenantId, matched: matched + 1, replayed: replayed + (verdict === 'opened' ? 1 : 0) });
  }
  return [...shares.values()].toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1));
}
