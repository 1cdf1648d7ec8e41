import { Injectable } from '@nestjs/common';
import { PosthornError, type Uuid } from '#kernel';
import { type EndpointReference, References } from '#insights';
import { type Principal, seesTenant } from '#tenants';
import { refusal } from '../http/validation.pipe.js';

/**
 * Whose objects a caller gets to see, and what a tenant or endpoint named by id or by the owner's uid stands for. An
 * object of another tenant does not exist: 404 where it was named in a path or a query, 422 where in a body.
 */
@Injectable()
export class Scope {
  constructor(private readonly references: References) {}

  /** Throws `not_found` unless the caller sees this tenant's objects; `what` is the id that was asked for. */
  assertSees(principal: Principal, tenantId: Uuid, what: string): void {
    if (!seesTenant(principal, tenantId)) throw notFound(what);
  }

  async pathTenant(principal: Principal, reference: string): Promise<Uuid> {
    const id = await this.references.tenant(reference);
    if (id === null || !seesTenant(principal, id)) throw notFound(reference, 'tenant');
    return id;
  }

  /** `pointer` is where the body names it. */
  async bodyTenant(principal: Principal, reference: string, pointer = '/tenant'): Promise<Uuid> {
    const id = await this.references.tenant(reference);
    if (id !== null && seesTenant(principal, id)) return id;
    throw new PosthornError('unknown_tenant', `There is no tenant "${reference}".`, {
      errors: [{ pointer, code: 'unknown_tenant', message: 'names no tenant' }],
    });
  }

  /**
   * The tenants that a list is limited to: the one asked for, else those the caller sees; null means all. A tenant's key
   * need not ask.
   */
  async listTenants(principal: Principal, reference: string | undefined): Promise<readonly Uuid[] | null> {
    if (reference !== undefined) return [await this.pathTenant(principal, reference)];
    return principal.role === 'tenant' ? [principal.tenantId!] : principal.tenantIds;
  }

  /** An endpoint named in a path below its tenant. */
  async pathEndpoint(tenantId: Uuid, reference: string): Promise<Uuid> {
    const found = await this.references.endpoint(reference, [tenantId]);
    if (found === null || found === 'several') throw notFound(reference, 'endpoint');
    return found.id;
  }

  /** An endpoint named in a body, within a tenant that is known. `pointer` is where the body names it. */
  async bodyEndpoint(tenantId: Uuid, reference: string, pointer = '/endpoint'): Promise<Uuid> {
    const found = await this.references.endpoint(reference, [tenantId]);
    if (found !== null && found !== 'several') return found.id;
    throw new PosthornError('unknown_endpoint', `The tenant has no endpoint "${reference}".`, {
      errors: [{ pointer, code: 'unknown_endpoint', message: "names no endpoint of the event's tenant" }],
    });
  }

  /**
   * An endpoint named in a body that need not name its tenant. `tenants` are those that it may be of (null: any). With
   * `isPastToo` a deleted one is found by its id as well.
   */
  async bodyEndpointOf(
    tenants: readonly Uuid[] | null,
    reference: string,
    { isPastToo }: { readonly isPastToo: boolean },
  ): Promise<EndpointReference> {
    const found = isPastToo
      ? await this.references.pastEndpoint(reference, tenants)
      : await this.references.endpoint(reference, tenants);
    if (found === 'several') {
      const message = 'is the uid of several tenants; name the tenant too';
      throw refusal([{ pointer: '/endpoint', code: 'ambiguous', message }]);
    }
    if (found !== null) return found;
    throw new PosthornError('unknown_endpoint', `There is no endpoint "${reference}".`, {
      errors: [{ pointer: '/endpoint', code: 'unknown_endpoint', message: 'names no endpoint' }],
    });
  }

  /**
   * The endpoint that a list is limited to, a deleted one included when it is named by id. `tenants` is the answer of
   * {@link listTenants}; a uid is unique only within a tenant, so it may need the tenant beside it.
   */
  async listEndpoint(tenants: readonly Uuid[] | null, reference: string): Promise<Uuid> {
    return (await this.endpointOf(tenants, reference)).id;
  }

  /** The same, with its tenant. */
  async endpointOf(tenants: readonly Uuid[] | null, reference: string): Promise<EndpointReference> {
    const found = await this.references.pastEndpoint(reference, tenants);
    if (found === null) throw notFound(reference, 'endpoint');
    if (found !== 'several') return found;
    throw new PosthornError(
      'validation_failed',
      `Several tenants have an endpoint "${reference}": name the tenant too.`,
      {
        errors: [
          { pointer: '?endpoint', code: 'ambiguous', message: 'is the uid of several tenants; name the tenant too' },
        ],
      },
    );
  }
}

/** `what` is the id or uid that was asked for. */
export function notFound(what: string, kind = 'object'): PosthornError {
  return new PosthornError('not_found', `There is no ${kind} "${what}".`);
}
