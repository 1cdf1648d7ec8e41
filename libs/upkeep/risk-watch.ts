import type { Database } from '#database';
import { type Announcement, announce } from '#endpoints';
import type { Uuid } from '#kernel';
import { AT_RISK_BELOW_PERCENT, decideRisk, successPercent, WATCHED_MS } from '#policy';
import type { TrafficReadModel } from '#stats';

interface AtRisk {
  readonly tenantId: Uuid;
}

/**
 * Tells tenants when too few of their attempts succeed: once, when it begins. Who is at risk is on record, so that whoever
 * does upkeep next tells nothing twice, and is written in the transaction that tells it.
 */
export class RiskWatch {
  constructor(
    private readonly db: Database,
    private readonly traffic: TrafficReadModel,
  ) {}

  /** Answers how many tenants have come to be at risk. */
  async look(): Promise<number> {
    const [recent, atRisk] = await Promise.all([
      this.traffic.recentByTenant(WATCHED_MS),
      this.db.query<AtRisk>(`SELECT tenant_id AS "tenantId" FROM tenants_at_risk`),
    ]);
    const known = new Set(atRisk.map(({ tenantId }) => tenantId));
    const begun: Announcement[] = [];
    const ended: Uuid[] = [];
    for (const { tenantId, ...attempts } of recent) {
      const decision = decideRisk(attempts, known.delete(tenantId));
      if (decision === 'begin') begun.push(toNews(tenantId, attempts));
      if (decision === 'end') ended.push(tenantId);
    }
    // Nothing was sent for those who are left.
    await this.end([...ended, ...known]);
    return this.begin(begun);
  }

  private async end(tenantIds: readonly Uuid[]): Promise<void> {
    if (tenantIds.length === 0) return;
    await this.db.query(`DELETE FROM tenants_at_risk WHERE tenant_id = ANY ($1::uuid[])`, [tenantIds]);
  }

  private begin(news: readonly Announcement[]): Promise<number> {
    if (news.length === 0) return Promise.resolve(0);
    return this.db.transaction(async (tx) => {
      const rows = await tx.query<AtRisk>(
        `INSERT INTO tenants_at_risk (tenant_id)
         SELECT id FROM tenants WHERE id = ANY ($1::uuid[]) AND deleted_at IS NULL
         ON CONFLICT DO NOTHING RETURNING tenant_id AS "tenantId"`,
        [news.map(({ tenantId }) => tenantId)],
      );
      const written = new Set(rows.map(({ tenantId }) => tenantId));
      await announce(
        tx,
        news.filter(({ tenantId }) => written.has(tenantId)),
      );
      return rows.length;
    });
  }
}

function toNews(tenantId: Uuid, recent: { readonly attempts: number; readonly failed: number }): Announcement {
  return {
    tenantId,
    type: 'posthorn.slo.at_risk',
    subject: null,
    data: {
      attempts: recent.attempts,
      failures: recent.failed,
      successPercent: successPercent(recent),
      thresholdPercent: AT_RISK_BELOW_PERCENT,
      windowSeconds: WATCHED_MS / 1000,
    },
  };
}
