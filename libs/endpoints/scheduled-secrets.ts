import type { Executor, Statement } from '#database';
import type { Uuid } from '#kernel';
import type { SuccessionFacts } from '#policy';

/** What is known of an endpoint whose secrets are rotated by a schedule: of each kind of them. */
export interface ScheduledEndpoint {
  readonly endpointId: Uuid;
  readonly tenantId: Uuid;
  readonly kinds: readonly SuccessionFacts[];
}

/**
 * Endpoints with a schedule, $2 at most whose id is above $1, with their secrets by kind; those that have ended left out, and
 * kinds that no scheme signs with: `keyKindsOf` in SQL.
 */
const SCHEDULED: Statement = {
  name: 'scheduled_secrets',
  text: `
    SELECT e.id AS "endpointId", e.tenant_id AS "tenantId",
           (SELECT coalesce(json_agg(json_build_object('everyDays', e.rotate_secrets_every_days, 'count', k.count,
                     'activeSinceMs', k.active_since_ms, 'hasWaiting', k.has_waiting)), '[]')
              FROM (SELECT count(*) AS count, bool_or(s.activates_at > clock_timestamp()) AS has_waiting,
                           extract(epoch FROM max(s.activates_at) FILTER (WHERE s.activates_at <= clock_timestamp()))::float8
                             * 1000 AS active_since_ms
                      FROM endpoint_secrets s
                     WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())
                       AND EXISTS (SELECT FROM jsonb_array_elements(e.signing) used
                                    WHERE (used ->> 'scheme' = 'standard-ed25519') = (s.encoding = 'whsk'))
                     GROUP BY s.encoding = 'whsk') k
             WHERE k.active_since_ms IS NOT NULL) AS kinds
      FROM endpoints e
     WHERE e.rotate_secrets_every_days IS NOT NULL AND e.deleted_at IS NULL AND e.id > $1
     ORDER BY e.id LIMIT $2`,
};

export function findScheduledEndpoints(db: Executor, afterId: Uuid, limit: number): Promise<ScheduledEndpoint[]> {
  return db.query<ScheduledEndpoint>(SCHEDULED, [afterId, limit]);
}
