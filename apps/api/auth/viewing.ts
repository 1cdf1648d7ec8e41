import { Injectable } from '@nestjs/common';
import type { EndpointReference, Viewer } from '#insights';
import { type IdPrefix, parseTypeId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { refusal } from '../http/validation.pipe.js';
import { isAllowed } from './permissions.js';
import { notFound, Scope } from './scope.js';

/** What a caller sees of the traffic, and how ids of it are read. */
@Injectable()
export class Viewing {
  constructor(private readonly scope: Scope) {}

  /** For look-ups by id: everything the caller may see. */
  all(principal: Principal): Viewer {
    const { role, tenantId, tenantIds, keyId } = principal;
    return {
      tenantIds: role === 'tenant' ? [tenantId!] : tenantIds,
      publishedBy: role === 'publisher' ? keyId : null,
      seesRedacted: isAllowed(principal, 'redacted:read'),
    };
  }

  /** For a list that may be limited to a tenant, named by id or uid. */
  async limitedTo(principal: Principal, tenant: string | undefined): Promise<Viewer> {
    return { ...this.all(principal), tenantIds: await this.scope.listTenants(principal, tenant) };
  }

  /** The endpoint that a list is limited to, named by id or uid. */
  async endpoint(viewer: Viewer, reference: string | undefined): Promise<Uuid | null> {
    return (await this.endpointWithTenant(viewer, reference))?.id ?? null;
  }

  /** The same, with the tenant that it is of. */
  async endpointWithTenant(viewer: Viewer, reference: string | undefined): Promise<EndpointReference | null> {
    return reference === undefined ? null : this.scope.endpointOf(viewer.tenantIds, reference);
  }
}

/** An id in a path. What is no such id names nothing. */
export function pathId(prefix: IdPrefix, text: string, kind: string): Uuid {
  const id = parseTypeId(prefix, text);
  if (id === null) throw notFound(text, kind);
  return id;
}

/** An id in a query; null when there is none. */
export function queryId(prefix: IdPrefix, text: string | undefined, parameter: string): Uuid | null {
  if (text === undefined) return null;
  const id = parseTypeId(prefix, text);
  if (id !== null) return id;
  throw refusal([{ pointer: `?${parameter}`, code: 'invalid', message: `must be an id (${prefix}_…)` }]);
}

/** What a look-up found, or `not_found`. */
export function found<T>(value: T | null, text: string, kind: string): T {
  if (value === null) throw notFound(text, kind);
  return value;
}
