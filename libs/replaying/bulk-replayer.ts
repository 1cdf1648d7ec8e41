import { Injectable } from '@nestjs/common';
import { type Actor, type Facts, recordChange } from '#audit';
import { Database } from '#database';
import { TenantConfigs } from '#endpoints';
import { DatabaseClock, newUuid, PosthornError, toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { announceEnded } from './ended-replay.js';
import type { ReplaySelection } from './replay-selection.js';
import { type BulkReplay, type NewReplay, ReplayStore } from './replay.store.js';
import { walkOf } from './walk-of.js';

/** Deliveries a second, unless the request says otherwise: a part of what the platform sends, so that the rest goes on. */
export const DEFAULT_REPLAY_RATE = 500;

/** What one look counts, and for how long a request begins another: so that it is answered within a second. */
const COUNTED_AT_ONCE = 5_000;
const COUNT_MS = 750;

/** How many there are; not exact when counting took too long, and then there are more. */
export interface ReplayCount {
  readonly matched: number;
  readonly isExact: boolean;
}

export type AskedBulkReplay = Pick<NewReplay, 'selection' | 'ratePerSecond' | 'note' | 'requestedBy'>;

/** Takes bulk replays on and calls them off; {@link ReplayRunner} makes their deliveries. */
@Injectable()
export class BulkReplayer {
  private readonly configs: TenantConfigs;

  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly replays: ReplayStore,
  ) {
    this.configs = new TenantConfigs(db);
  }

  /** How much a selection means at this moment; makes nothing. */
  async count(selection: ReplaySelection): Promise<ReplayCount> {
    const walk = walkOf(selection, this.configs);
    const endMs = performance.now() + COUNT_MS;
    let matched = 0;
    for (let after: Uuid | null = null; ; ) {
      const { candidates, position, isAtEnd } = await walk(this.db, after, COUNTED_AT_ONCE);
      matched += candidates.length;
      if (isAtEnd) return { matched, isExact: true };
      if (performance.now() > endMs) return { matched, isExact: false };
      after = position;
    }
  }

  /** Throws `not_replayable` when it is limited to an endpoint that takes nothing. */
  async start(by: Actor, asked: AskedBulkReplay): Promise<BulkReplay> {
    await this.assertEnabled(asked.selection.endpointId);
    const { matched, isExact } = await this.count(asked.selection);
    const replay = {
      ...asked,
      id: newUuid(this.clock.now()),
      actor: by.onBehalfOf,
      counted: matched,
      isCounted: isExact,
    };
    return this.db.transaction(async (tx) => {
      const started = await this.replays.insert(tx, replay);
      await recordChange(tx, by, { action: 'replay.started', ...ofReplay(started), after: toFacts(started) });
      return started;
    });
  }

  /**
   * Makes nothing more of it. What it has made already is delivered, or cancelled one by one. Saying it twice changes
   * nothing; throws `conflict` when it has ended by itself.
   */
  async cancel(by: Actor, replay: BulkReplay): Promise<void> {
    const { id, state } = replay;
    if (state === 'cancelled') return;
    const isCancelled = await this.db.transaction(async (tx) => {
      const cancelled = await this.replays.cancel(tx, id);
      if (cancelled) {
        await announceEnded(tx, [cancelled]);
        const after = { state: cancelled.state, replayed: cancelled.replayed };
        await recordChange(tx, by, { action: 'replay.cancelled', ...ofReplay(replay), after });
      }
      return cancelled !== null;
    });
    if (isCancelled) return;
    const now = await this.replays.find(id, null);
    if (now?.state !== 'cancelled') {
      throw new PosthornError(
        'conflict',
        `The replay ${toTypeId('rpl', id)} has ended: it is ${now?.state ?? 'gone'}.`,
      );
    }
  }

  private async assertEnabled(endpointId: Uuid | null): Promise<void> {
    if (endpointId === null) return;
    const [row] = await this.db.query<{ status: string }>(`SELECT status FROM endpoints WHERE id = $1`, [endpointId]);
    if (row?.status !== 'disabled') return;
    const name = toTypeId('ep', endpointId);
    throw new PosthornError('not_replayable', `The endpoint ${name} is disabled: enable it first.`);
  }
}

function ofReplay({ id, selection }: BulkReplay): { object: string; tenantId: Uuid | null } {
  const { tenantIds } = selection;
  return { object: toTypeId('rpl', id), tenantId: tenantIds?.length === 1 ? tenantIds[0]! : null };
}

function toFacts({ selection, ratePerSecond, note, matched }: BulkReplay): Facts {
  const { select, tenantIds, endpointId, status, type, reason, sinceMs, untilMs, named } = selection;
  return {
    select,
    tenants: tenantIds?.map((id) => toTypeId('ten', id)) ?? null,
    endpoint: toTypeIdOrNull('ep', endpointId),
    status,
    type,
    reason,
    since: sinceMs === null ? null : new Date(sinceMs),
    until: new Date(untilMs),
    named: named === null ? null : named.deliveryIds.length + named.eventIds.length,
    ratePerSecond,
    note,
    matched,
  };
}
