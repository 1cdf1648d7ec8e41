import { Injectable } from '@nestjs/common';
import { DatabaseClock, type FieldError } from '#kernel';
import type { NewApiKey, Principal } from '#tenants';
import { Scope } from '../auth/scope.js';
import { refusal } from '../http/validation.pipe.js';
import type { CreateApiKeyDto } from './api-key.dto.js';

/** Words separated by dots; a `*` alone, or at the end for everything below. */
const PATTERN = /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/;

/** Makes of what was asked for what is stored: references resolved, and what makes no sense together refused. */
@Injectable()
export class ApiKeyInput {
  constructor(
    private readonly scope: Scope,
    private readonly clock: DatabaseClock,
  ) {}

  async read(dto: CreateApiKeyDto, caller: Principal): Promise<NewApiKey> {
    const errors = [...misplaced(dto), ...this.wrongTimes(dto)];
    if (errors.length > 0) throw refusal(errors);
    const tenants = dto.tenants ?? null;
    return {
      name: dto.name,
      role: dto.role,
      tenantId: dto.tenant == null ? null : await this.scope.bodyTenant(caller, dto.tenant),
      tenantIds: tenants && (await this.allTenants(tenants, caller)),
      eventTypes: dto.eventTypes ?? null,
      requestsPerSecond: dto.requestsPerSecond ?? null,
      expiresAt: dto.expiresAt ? new Date(dto.expiresAt) : null,
    };
  }

  private async allTenants(references: readonly string[], caller: Principal): Promise<string[]> {
    const ids: string[] = [];
    for (const [index, reference] of references.entries()) {
      ids.push(await this.scope.bodyTenant(caller, reference, `/tenants/${index}`));
    }
    return [...new Set(ids)];
  }

  private wrongTimes({ expiresAt }: CreateApiKeyDto): FieldError[] {
    if (!expiresAt || Date.parse(expiresAt) > this.clock.now()) return [];
    return [{ pointer: '/expiresAt', code: 'in_the_past', message: 'must lie in the future' }];
  }
}

function misplaced(dto: CreateApiKeyDto): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (pointer: string, message: string): void =>
    void errors.push({ pointer, code: 'not_allowed', message });
  if (dto.role !== 'tenant' && dto.tenant != null) refuse('/tenant', 'belongs to a key with the role "tenant" only');
  if (dto.role !== 'publisher' && dto.eventTypes)
    refuse('/eventTypes', 'belongs to a key with the role "publisher" only');
  if (dto.role !== 'publisher' && dto.tenants) refuse('/tenants', 'belongs to a key with the role "publisher" only');
  for (const [index, type] of (dto.eventTypes ?? []).entries()) {
    if (!PATTERN.test(type)) refuse(`/eventTypes/${index}`, 'must be an event type, or one ending in ".*", or "*"');
  }
  return errors;
}
