import { Injectable } from '@nestjs/common';
import { type Actor, type Facts, recordChange } from '#audit';
import { Database, type Executor, isUniqueViolation, keyset, type ListPage, raiseConfigVersion } from '#database';
import { DatabaseClock, newUuid, PosthornError, parseTypeId, toTypeId, type Uuid } from '#kernel';
import { askForErasure } from './payload-erasure.store.js';

/** What an operator may set for one tenant; what is left out is not limited, or as configured for the platform. */
export interface TenantSettings {
  maxEndpoints?: number;
  /** Events a second. */
  publishPerSecond?: number;
  /** Payloads are erased after so many days, if that is sooner than events are dropped. */
  payloadRetentionDays?: number;
  /** Endpoints of this tenant may have `http://` URLs. */
  allowHttp?: boolean;
  /** Endpoints of this tenant are disabled until their URL has proven that it wants the traffic. */
  requireOwnershipProof?: boolean;
  /** How the tenant's portal looks. */
  portal?: PortalTheme;
}

export interface PortalTheme {
  name?: string;
  logoUrl?: string;
  /** `#rrggbb`. */
  color?: string;
}

export interface TenantInput {
  uid: string | null;
  name: string;
  metadata: Record<string, unknown>;
  settings: TenantSettings;
}

export interface TenantRow extends TenantInput {
  id: Uuid;
  pausedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * What a change of a tenant means for its open deliveries. Called after the change is committed, so that a backlog of
 * any size holds up no one: what is left, or all should the process die in between, is for workers and upkeep.
 */
export abstract class TenantEffects {
  abstract cancelOpen(tenantId: Uuid, reason: string): Promise<void>;
  abstract releaseHeld(tenantId: Uuid): Promise<void>;
}

const COLUMNS = `id, uid, name, metadata, settings, paused_at AS "pausedAt", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

/**
 * Tenants: whose endpoints events go to. Every change raises the tenant's configuration version and is put on record, in
 * its transaction.
 */
@Injectable()
export class TenantStore {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly effects: TenantEffects,
  ) {}

  async create(by: Actor, input: TenantInput): Promise<TenantRow> {
    return this.db.transaction(async (tx) => {
      const row = await this.insert(tx, input);
      await record(tx, by, 'tenant.created', null, row);
      return row;
    });
  }

  /** Creates the tenant of this uid, or replaces all that can be given of it. */
  async put(by: Actor, uid: string, input: Omit<TenantInput, 'uid'>): Promise<{ row: TenantRow; created: boolean }> {
    for (;;) {
      const existing = await this.findByReference(uid);
      if (existing) {
        const row = await this.patch(by, existing.id, () => ({ ...input, uid }));
        if (row) return { row, created: false };
      } else {
        try {
          return { row: await this.create(by, { ...input, uid }), created: true };
        } catch (error) {
          // Someone else created it between the look and the insert: replace theirs.
          if (!(error instanceof PosthornError) || error.code !== 'uid_taken') throw error;
        }
      }
    }
  }

  /** Reads, lets `change` decide, writes, with the row locked between; null when there is no such tenant. */
  async patch(by: Actor, id: Uuid, change: (current: TenantRow) => TenantInput): Promise<TenantRow | null> {
    return this.db.transaction(async (tx) => {
      const sql = `SELECT ${COLUMNS} FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`;
      const [current] = await tx.query<TenantRow>(sql, [id]);
      if (!current) return null;
      const input = change(current);
      const [row] = await refuseTakenUid(input.uid, () =>
        tx.query<TenantRow>(
          `UPDATE tenants SET uid = $2, name = $3, metadata = $4, settings = $5, updated_at = clock_timestamp()
            WHERE id = $1 RETURNING ${COLUMNS}`,
          [id, input.uid, input.name, JSON.stringify(input.metadata), JSON.stringify(input.settings)],
        ),
      );
      await raiseConfigVersion(tx, id);
      await record(tx, by, 'tenant.updated', current, row!);
      return row!;
    });
  }

  /** Holds back (or lets go) everything this tenant's endpoints would get; saying it twice changes nothing. */
  async setPaused(by: Actor, id: Uuid, paused: boolean): Promise<TenantRow | null> {
    const row = await this.db.transaction(async (tx) => {
      const [before] = await tx.query<{ pausedAt: Date | null }>(
        `SELECT paused_at AS "pausedAt" FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
        [id],
      );
      if (!before) return null;
      const [row] = await tx.query<TenantRow>(
        `UPDATE tenants SET paused_at = CASE WHEN $2 THEN coalesce(paused_at, clock_timestamp()) END
          WHERE id = $1 RETURNING ${COLUMNS}`,
        [id, paused],
      );
      await raiseConfigVersion(tx, id);
      const { pausedAt } = row!;
      const action = paused ? 'tenant.paused' : 'tenant.resumed';
      await recordChange(tx, by, { action, object: toTypeId('ten', id), tenantId: id, before, after: { pausedAt } });
      return row!;
    });
    if (row && !paused) await this.effects.releaseHeld(id);
    return row;
  }

  /**
   * Deletes the tenant and what belongs to it: endpoints and subscriptions are gone, its keys no longer open anything,
   * open deliveries are cancelled. Payloads, secrets and headers are erased in the background; the record of what was
   * delivered stays until retention takes it. Answers whether there was one.
   */
  async delete(by: Actor, id: Uuid): Promise<boolean> {
    const isDeleted = await this.db.transaction(async (tx) => {
      const [row] = await tx.query<TenantRow>(
        `UPDATE tenants SET deleted_at = clock_timestamp() WHERE id = $1 AND deleted_at IS NULL RETURNING ${COLUMNS}`,
        [id],
      );
      if (!row) return false;
      for (const table of ['endpoints', 'subscriptions']) {
        await tx.query(
          `UPDATE ${table} SET deleted_at = clock_timestamp() WHERE tenant_id = $1 AND deleted_at IS NULL`,
          [id],
        );
      }
      await tx.query(`UPDATE api_keys SET revoked_at = clock_timestamp() WHERE tenant_id = $1 AND revoked_at IS NULL`, [
        id,
      ]);
      await askForErasure(tx, id);
      await raiseConfigVersion(tx, id);
      await record(tx, by, 'tenant.deleted', row, null);
      return true;
    });
    if (isDeleted) await this.effects.cancelOpen(id, 'tenant_deleted');
    return isDeleted;
  }

  async find(id: Uuid): Promise<TenantRow | null> {
    const sql = `SELECT ${COLUMNS} FROM tenants WHERE id = $1 AND deleted_at IS NULL`;
    const [row] = await this.db.query<TenantRow>(sql, [id]);
    return row ?? null;
  }

  /** By `ten_…` or by the owner's uid. */
  async findByReference(reference: string): Promise<TenantRow | null> {
    const id = parseTypeId('ten', reference);
    if (id) return this.find(id);
    const sql = `SELECT ${COLUMNS} FROM tenants WHERE uid = $1 AND deleted_at IS NULL`;
    const [row] = await this.db.query<TenantRow>(sql, [reference]);
    return row ?? null;
  }

  /** The tenants among these that live, of `ids` read together. */
  async existing(ids: readonly Uuid[]): Promise<Set<Uuid>> {
    const sql = `SELECT id FROM tenants WHERE id = ANY($1) AND deleted_at IS NULL`;
    const rows = await this.db.query<{ id: Uuid }>(sql, [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  /** `onlyId`: the one tenant that a tenant's own key sees. */
  async list(page: ListPage, onlyId: Uuid | null = null): Promise<TenantRow[]> {
    const only = onlyId === null ? [] : [['id = ?', onlyId] as const];
    const { where, order, values } = keyset(page, 'id', ['deleted_at IS NULL', ...only]);
    return this.db.query<TenantRow>(`SELECT ${COLUMNS} FROM tenants ${where} ${order}`, values);
  }

  private async insert(tx: Executor, input: TenantInput): Promise<TenantRow> {
    const [row] = await refuseTakenUid(input.uid, () =>
      tx.query<TenantRow>(
        `INSERT INTO tenants (id, uid, name, metadata, settings) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
        [
          newUuid(this.clock.now()),
          input.uid,
          input.name,
          JSON.stringify(input.metadata),
          JSON.stringify(input.settings),
        ],
      ),
    );
    return row!;
  }
}

async function record(
  tx: Executor,
  by: Actor,
  action: 'tenant.created' | 'tenant.updated' | 'tenant.deleted',
  before: TenantRow | null,
  after: TenantRow | null,
): Promise<void> {
  const tenantId = (after ?? before)!.id;
  const object = toTypeId('ten', tenantId);
  await recordChange(tx, by, {
    action,
    object,
    tenantId,
    before: before && factsOf(before),
    after: after && factsOf(after),
  });
}

function factsOf({ uid, name, metadata, settings }: TenantRow): Facts {
  return { uid, name, metadata, settings };
}

async function refuseTakenUid<T>(uid: string | null, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error, 'tenants_uid')) throw error;
    throw new PosthornError('uid_taken', `Another tenant has the uid "${uid}".`, {
      errors: [{ pointer: '/uid', code: 'uid_taken', message: 'is taken by another tenant' }],
    });
  }
}
