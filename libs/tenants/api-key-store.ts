import { Injectable } from '@nestjs/common';
import { type Actor, type Facts, recordChange, SYSTEM } from '#audit';
import { Database, type Executor, keyset, type ListPage } from '#database';
import { DatabaseClock, newUuid, toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { hashKey, isMistyped, keyPrefix, newKeyText } from './key-text.js';
import type { Role } from './principal.js';

export interface NewApiKey {
  name: string;
  role: Role;
  tenantId: Uuid | null;
  tenantIds: readonly Uuid[] | null;
  eventTypes: readonly string[] | null;
  /** Null: as configured for all. */
  requestsPerSecond: number | null;
  expiresAt: Date | null;
}

/** A key of the whole platform, for ever. */
const UNRESTRICTED = { tenantId: null, tenantIds: null, eventTypes: null, requestsPerSecond: null, expiresAt: null };

/** What is known of a key; the key itself is not. */
export interface ApiKeyRow extends NewApiKey {
  id: Uuid;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const COLUMNS = `id, name, role, tenant_id AS "tenantId", tenant_ids AS "tenantIds", event_types AS "eventTypes",
  requests_per_second AS "requestsPerSecond", prefix, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"`;

/**
 * API keys: made, listed, revoked. Only their SHA-256 is kept, so a key can be shown once and never again. Every change is
 * put on record, in its transaction.
 */
@Injectable()
export class ApiKeyStore {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {}

  /** Makes a key and answers its text, for the only time. */
  async create(by: Actor, input: NewApiKey): Promise<{ row: ApiKeyRow; text: string }> {
    const text = newKeyText();
    const row = await this.db.transaction((tx) => this.insert(tx, by, input, text));
    return { row: row!, text };
  }

  /**
   * Makes the operator's own text an admin key; does nothing when it is one already. A key that was revoked stays so:
   * whoever revoked it meant it, and the operator can choose another.
   */
  async ensureAdminKey(text: string): Promise<void> {
    if (isMistyped(text)) throw new Error('POSTHORN_ADMIN_KEY has lost or changed a character: its checksum is wrong.');
    const input = { name: 'POSTHORN_ADMIN_KEY', role: 'admin', ...UNRESTRICTED } as const;
    await this.db.transaction((tx) => this.insert(tx, SYSTEM, input, text));
  }

  async list(page: ListPage): Promise<ApiKeyRow[]> {
    const { where, values, order } = keyset(page, 'id', ['revoked_at IS NULL']);
    return this.db.query<ApiKeyRow>(`SELECT ${COLUMNS} FROM api_keys ${where} ${order}`, values);
  }

  async find(id: Uuid): Promise<ApiKeyRow | null> {
    const sql = `SELECT ${COLUMNS} FROM api_keys WHERE id = $1 AND revoked_at IS NULL`;
    const [row] = await this.db.query<ApiKeyRow>(sql, [id]);
    return row ?? null;
  }

  /** Whether there was a living key to revoke. */
  async revoke(by: Actor, id: Uuid): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [row] = await tx.query<ApiKeyRow>(
        `UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
        [id],
      );
      if (!row) return false;
      const { object, tenantId, facts } = toAudited(row);
      await recordChange(tx, by, { action: 'api_key.revoked', object, tenantId, before: facts });
      return true;
    });
  }

  /** Nothing, when the text is a key already. */
  private async insert(tx: Executor, by: Actor, input: NewApiKey, text: string): Promise<ApiKeyRow | undefined> {
    const [row] = await tx.query<ApiKeyRow>(
      `INSERT INTO api_keys (id, name, role, tenant_id, tenant_ids, event_types, prefix, hash, expires_at, requests_per_second)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (hash) DO NOTHING
       RETURNING ${COLUMNS}`,
      [
        newUuid(this.clock.now()),
        input.name,
        input.role,
        input.tenantId,
        input.tenantIds,
        input.eventTypes,
        keyPrefix(text),
        hashKey(text),
        input.expiresAt,
        input.requestsPerSecond,
      ],
    );
    if (!row) return undefined;
    const { object, tenantId, facts } = toAudited(row);
    await recordChange(tx, by, { action: 'api_key.created', object, tenantId, after: facts });
    return row;
  }
}

/** The key as the audit log shows it. */
function toAudited(row: ApiKeyRow): { object: string; tenantId: Uuid | null; facts: Facts } {
  const { id, name, role, prefix, tenantId, tenantIds, eventTypes, requestsPerSecond, expiresAt } = row;
  const tenants = tenantIds?.map((one) => toTypeId('ten', one)) ?? null;
  const tenant = toTypeIdOrNull('ten', tenantId);
  const facts = { name, role, prefix, tenant, tenants, eventTypes, requestsPerSecond, expiresAt };
  return { object: toTypeId('key', id), tenantId, facts };
}
