import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { parseTypeId, type Uuid } from '#kernel';

export interface EndpointReference {
  id: Uuid;
  tenantId: Uuid;
}

/** What callers name by our id or by their own uid, as the UUID inside. */
@Injectable()
export class References {
  constructor(private readonly db: Database) {}

  /** A living tenant; null when there is none. */
  async tenant(reference: string): Promise<Uuid | null> {
    const id = parseTypeId('ten', reference);
    const sql = `SELECT id FROM tenants WHERE ${id ? 'id' : 'uid'} = $1 AND deleted_at IS NULL`;
    const [row] = isStorable(reference) ? await this.db.query<{ id: Uuid }>(sql, [id ?? reference]) : [];
    return row?.id ?? null;
  }

  /** A living endpoint of one of these tenants (null: of any); null when there is none, `'several'` for a uid of many. */
  async endpoint(reference: string, tenantIds: readonly Uuid[] | null): Promise<EndpointReference | 'several' | null> {
    const rows = await this.endpoints(reference, tenantIds, 'AND deleted_at IS NULL');
    return rows.length > 1 ? 'several' : (rows[0] ?? null);
  }

  /** The same, of deleted ones too when they are named by id: what they did is still to be looked up. */
  async pastEndpoint(
    reference: string,
    tenantIds: readonly Uuid[] | null,
  ): Promise<EndpointReference | 'several' | null> {
    const isId = parseTypeId('ep', reference) !== null;
    const rows = await this.endpoints(reference, tenantIds, isId ? '' : 'AND deleted_at IS NULL');
    return rows.length > 1 ? 'several' : (rows[0] ?? null);
  }

  private async endpoints(
    reference: string,
    tenantIds: readonly Uuid[] | null,
    condition: string,
  ): Promise<EndpointReference[]> {
    if (!isStorable(reference)) return [];
    const id = parseTypeId('ep', reference);
    return this.db.query<EndpointReference>(
      `SELECT id, tenant_id AS "tenantId" FROM endpoints
        WHERE ${id ? 'id' : 'uid'} = $1 AND ($2::uuid[] IS NULL OR tenant_id = ANY($2)) ${condition} LIMIT 2`,
      [id ?? reference, tenantIds],
    );
  }
}

/** A path may hold `%00`, which PostgreSQL's text cannot: nothing has such a name. */
function isStorable(reference: string): boolean {
  return !reference.includes('\0');
}
