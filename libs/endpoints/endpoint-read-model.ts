import { Injectable } from '@nestjs/common';
import { Database, keyset, type ListPage } from '#database';
import { KeyRing, type Uuid } from '#kernel';
import type { Endpoint, EndpointStatus } from './endpoint.js';
import { ENDPOINT_COLUMNS, type EndpointRow, noSuchEndpoint, toEndpoint } from './endpoint-rows.js';

export interface EndpointFilters {
  readonly status: EndpointStatus | null;
}

/** Reads living endpoints. */
@Injectable()
export class EndpointReadModel {
  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /** Throws `not_found`. */
  async get(tenantId: Uuid, endpointId: Uuid): Promise<Endpoint> {
    const [row] = await this.db.query<EndpointRow>(
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL`,
      [endpointId, tenantId],
    );
    if (!row) throw noSuchEndpoint(endpointId);
    return toEndpoint(row, this.keyRing);
  }

  async list(tenantId: Uuid, { status }: EndpointFilters, page: ListPage): Promise<Endpoint[]> {
    const { where, order, values } = keyset(page, 'id', [
      ['tenant_id = ?', tenantId],
      'deleted_at IS NULL',
      ...(status === null ? [] : [['status = ?', status] as const]),
    ]);
    const rows = await this.db.query<EndpointRow>(
      `SELECT ${ENDPOINT_COLUMNS} FROM endpoints ${where} ${order}`,
      values,
    );
    return rows.map((row) => toEndpoint(row, this.keyRing));
  }
}
