import type { Announcement } from '#endpoints';
import { toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';

/** A bulk replay that has ended, for its tenant to be told. */
export interface EndedReplay {
  readonly id: Uuid;
  readonly tenantId: Uuid | null;
  readonly endpointId: Uuid | null;
  readonly endpointUid: string | null;
  readonly state: string;
  readonly select: string;
  readonly note: string | null;
  readonly matched: number;
  readonly replayed: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly createdAt: Date;
  readonly endedAt: Date;
}

/** Of the row `r` of `replays`. */
export const ENDED_COLUMNS = `r.id, r.tenant_id AS "tenantId", r.endpoint_id AS "endpointId",
  (SELECT uid FROM endpoints WHERE id = r.endpoint_id) AS "endpointUid", r.state, r.selects AS "select", r.note, r.matched,
  r.replayed, r.succeeded, r.failed, r.cancelled, r.created_at AS "createdAt", r.ended_at AS "endedAt"`;

/** What tenants are told of replays that were of nobody else's deliveries. */
export function toReplayNews(ended: readonly EndedReplay[]): Announcement[] {
  return ended.flatMap(({ tenantId, ...replay }): Announcement[] => {
    if (tenantId === null) return [];
    const id = toTypeId('rpl', replay.id);
    const data = {
      replay: id,
      state: replay.state,
      select: replay.select,
      endpoint: toTypeIdOrNull('ep', replay.endpointId),
      endpointUid: replay.endpointUid,
      note: replay.note,
      matched: replay.matched,
      replayed: replay.replayed,
      succeeded: replay.succeeded,
      failed: replay.failed,
      cancelled: replay.cancelled,
      startedAt: replay.createdAt.toISOString(),
      endedAt: replay.endedAt.toISOString(),
    };
    return [{ tenantId, type: 'posthorn.replay.finished', subject: id, data }];
  });
}
