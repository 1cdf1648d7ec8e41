import { Injectable } from '@nestjs/common';
import { Database, type Executor } from '#database';
import type { Uuid } from '#kernel';

/** Payloads of a tenant that are to be erased, from where it was left. */
export interface PayloadErasure {
  readonly tenantId: Uuid;
  /** Of events up to this one they are gone. */
  readonly erasedTo: Uuid;
}

const NOTHING_YET = '00000000-0000-0000-0000-000000000000';

/** Asks, in the transaction that deletes a tenant, for all its payloads to be erased. */
export async function askForErasure(tx: Executor, tenantId: Uuid): Promise<void> {
  await tx.query(
    `INSERT INTO payload_erasures (tenant_id, asked_at) VALUES ($1, clock_timestamp())
         ON CONFLICT (tenant_id) DO UPDATE SET asked_at = excluded.asked_at`,
    [tenantId],
  );
}

/** Which tenants have payloads to erase: those that keep them for a shorter time than the platform, and those deleted. */
@Injectable()
export class PayloadErasureStore {
  constructor(private readonly db: Database) {}

  /** Living tenants that have a time of their own, in days. */
  async shorterRetentions(): Promise<(PayloadErasure & { readonly days: number })[]> {
    return this.db.query(
      `SELECT t.id AS "tenantId", coalesce(p.erased_to, '${NOTHING_YET}') AS "erasedTo",
              (t.settings ->> 'payloadRetentionDays')::int AS days
         FROM tenants t LEFT JOIN payload_erasures p ON p.tenant_id = t.id
        WHERE t.deleted_at IS NULL AND (t.settings ->> 'payloadRetentionDays') IS NOT NULL
        ORDER BY t.id`,
    );
  }

  /** Deleted tenants of which something may be left, and when they were deleted. */
  async deletedTenants(): Promise<(PayloadErasure & { readonly askedAt: Date })[]> {
    return this.db.query(
      `SELECT tenant_id AS "tenantId", erased_to AS "erasedTo", asked_at AS "askedAt"
         FROM payload_erasures WHERE asked_at IS NOT NULL ORDER BY tenant_id`,
    );
  }

  /** Nothing is left of a deleted tenant but the record that it was. */
  async finish(tenantId: Uuid): Promise<void> {
    await this.db.query(`UPDATE tenants SET metadata = '{}' WHERE id = $1 AND deleted_at IS NOT NULL`, [tenantId]);
    await this.db.query(`DELETE FROM payload_erasures WHERE tenant_id = $1`, [tenantId]);
  }
}
