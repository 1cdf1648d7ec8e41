import type { Executor } from '#database';
import { announce, type Announcement } from '#endpoints';
import { toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';

/** A bulk replay that has ended, for its tenants to be told. */
export interface EndedReplay extends ReplayCounts {
  readonly id: Uuid;
  /** Null: it was of several. */
  readonly tenantId: Uuid | null;
  readonly endpointId: Uuid | null;
  readonly endpointUid: string | null;
  readonly state: string;
  readonly select: string;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date;
}

/** What it came to, in deliveries. */
interface ReplayCounts {
  readonly matched: number;
  readonly replayed: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
}

interface Share extends ReplayCounts {
  readonly replayId: Uuid;
  readonly tenantId: Uuid;
}

/** Of the row `r` of `replays`. */
export const ENDED_COLUMNS = `r.id, r.tenant_id AS "tenantId", r.endpoint_id AS "endpointId",
  (SELECT uid FROM endpoints WHERE id = r.endpoint_id) AS "endpointUid", r.state, r.selects AS "select", r.note, r.matched,
  r.replayed, r.succeeded, r.failed, r.cancelled, r.created_at AS "createdAt", r.ended_at AS "endedAt"`;

/**
 * Tells those whose deliveries were replayed, each of its own and of nobody else's. Read in a statement after the one that
 * has ended the replays: what that one waited for is seen then.
 */
export async function announceEnded(tx: Executor, ended: readonly EndedReplay[]): Promise<void> {
  const shared = ended.filter(({ tenantId }) => tenantId === null);
  const shares = shared.length === 0 ? [] : await sharesOf(tx, shared);
  await announce(
    tx,
    ended.flatMap((replay): Announcement[] => {
      const { tenantId, id } = replay;
      if (tenantId !== null) return [toNews(replay, tenantId, replay)];
      return shares.filter(({ replayId }) => replayId === id).map((share) => toNews(replay, share.tenantId, share));
    }),
  );
}

function sharesOf(tx: Executor, replays: readonly EndedReplay[]): Promise<Share[]> {
  return tx.query<Share>(
    `SELECT replay_id AS "replayId", tenant_id AS "tenantId", matched, replayed, succeeded, failed, cancelled
       FROM replay_tenants WHERE replay_id = ANY ($1::uuid[]) ORDER BY replay_id, tenant_id`,
    [replays.map(({ id }) => id)],
  );
}

function toNews(replay: EndedReplay, tenantId: Uuid, counts: ReplayCounts): Announcement {
  const id = toTypeId('rpl', replay.id);
  const data = {
    replay: id,
    state: replay.state,
    select: replay.select,
    endpoint: toTypeIdOrNull('ep', replay.endpointId),
    endpointUid: replay.endpointUid,
    note: replay.note,
    matched: counts.matched,
    replayed: counts.replayed,
    succeeded: counts.succeeded,
    failed: counts.failed,
    cancelled: counts.cancelled,
    startedAt: replay.createdAt.toISOString(),
    endedAt: replay.endedAt.toISOString(),
  };
  return { tenantId, type: 'posthorn.replay.finished', subject: id, data };
}
