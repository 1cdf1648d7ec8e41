import { randomBytes } from 'node:crypto';
import type { Database } from '#database';
import { openHeaders } from '#endpoints';
import { type KeyRing, parseTypeId } from '#kernel';
import type { ApiClient } from '../../support/api-client.js';

/** A tenant of its own for a test. */
export async function aTenant(api: ApiClient, fields: object = {}): Promise<{ id: string; uid: string }> {
  const uid = `tenant-${randomBytes(6).toString('hex')}`;
  const { body } = await api.post('/v1/tenants', { name: 'Tenant', uid, ...fields }, { expect: 201 });
  return { id: body['id'], uid };
}

/** A tenant with settings, and the path of its endpoints. */
export async function aTenantWithEndpoints(api: ApiClient, settings: object = {}) {
  const tenant = await aTenant(api, { settings });
  return { tenant, endpoints: `/v1/tenants/${tenant.id}/endpoints` };
}

/** An endpoint of a tenant, and its path. */
export async function anEndpoint(
  api: ApiClient,
  tenantId: string,
  fields: object = {},
): Promise<{ id: string; path: string; secret: string }> {
  const endpoints = `/v1/tenants/${tenantId}/endpoints`;
  const { body } = await api.post(endpoints, { url: 'https://shop.example/hooks', ...fields }, { expect: 201 });
  return { id: body['id'], path: `${endpoints}/${body['id']}`, secret: body['secret'] };
}

export async function tenantConfigVersion(db: Database, tenantId: string): Promise<number> {
  const [row] = await db.query<{ version: number }>(`SELECT config_version AS version FROM tenants WHERE id = $1`, [
    parseTypeId('ten', tenantId),
  ]);
  return row!.version;
}

/** What is kept of an endpoint that no route shows. */
export async function endpointRow(db: Database, endpointId: string) {
  const id = parseTypeId('ep', endpointId)!;
  const [row] = await db.query<{ sealed: Buffer | null }>(
    `SELECT sealed_headers AS sealed FROM endpoints WHERE id = $1`,
    [id],
  );
  const versions = await db.query<{ version: number; url: string }>(
    `SELECT version, url FROM endpoint_versions WHERE endpoint_id = $1 ORDER BY version`,
    [id],
  );
  return { id, versions, openHeaders: (keyRing: KeyRing) => openHeaders(keyRing, id, row!.sealed) };
}
