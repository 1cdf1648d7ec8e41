import { Injectable } from '@nestjs/common';
import type { ActorKind, AuditAction, Facts } from '#audit';
import { Database, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { equals, pageConditions, Parameters, where } from './query-parts.js';

/** Who has changed what. */
export interface AuditEntry {
  readonly id: Uuid;
  readonly createdAt: Date;
  readonly tenantId: Uuid | null;
  readonly actorKind: ActorKind;
  readonly apiKeyId: Uuid | null;
  readonly apiKeyName: string | null;
  readonly sessionId: Uuid | null;
  readonly role: string | null;
  /** What the caller said in `Posthorn-Actor`. */
  readonly onBehalfOf: string | null;
  readonly action: AuditAction;
  readonly object: string | null;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
}

/** Null: does not matter. */
export interface AuditFilters {
  readonly tenantId: Uuid | null;
  readonly actorKind: ActorKind | null;
  readonly apiKeyId: Uuid | null;
  readonly onBehalfOf: string | null;
  readonly action: AuditAction | null;
  readonly object: string | null;
}

const COLUMNS = `id, created_at AS "createdAt", tenant_id AS "tenantId", actor_kind AS "actorKind",
  api_key_id AS "apiKeyId", api_key_name AS "apiKeyName", session_id AS "sessionId", role, on_behalf_of AS "onBehalfOf", action, object, before, after,
  request_id AS "requestId", remote_address AS "remoteAddress"`;

/** Answers what is in the audit log. */
@Injectable()
export class AuditReadModel {
  constructor(private readonly db: Database) {}

  async list(filters: AuditFilters, page: ListPage): Promise<AuditEntry[]> {
    const parameters = new Parameters();
    const conditions = [
      ...equals(parameters, 'tenant_id', filters.tenantId),
      ...equals(parameters, 'actor_kind', filters.actorKind),
      ...equals(parameters, 'api_key_id', filters.apiKeyId),
      ...equals(parameters, 'on_behalf_of', filters.onBehalfOf),
      ...equals(parameters, 'action', filters.action),
      ...equals(parameters, 'object', filters.object),
      ...pageConditions(parameters, page, 'id'),
    ];
    return this.db.query<AuditEntry>(
      `SELECT ${COLUMNS} FROM audit_log ${where(conditions)} ORDER BY id ${page.order} LIMIT ${parameters.add(page.limit)}`,
      parameters.values,
    );
  }
}
