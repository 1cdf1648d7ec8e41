import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditReadModel } from '#insights';
import { parseTypeId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { Scope } from '../auth/scope.js';
import { queryId } from '../auth/viewing.js';
import { AnswersPage } from '../http/api-docs.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import { AuditEntryResponse, toAuditEntryResponse } from './audit-entry.response.js';
import { ListAuditLogQuery } from './audit-log.dto.js';

@Controller('v1/audit-log')
@ApiTags('Audit log')
export class AuditLogController {
  constructor(
    private readonly log: AuditReadModel,
    private readonly scope: Scope,
  ) {}

  @Get()
  @Allow('audit:read')
  @ApiOperation({
    operationId: 'listAuditLog',
    summary: 'Who has changed what',
    description:
      'Every change of configuration, every replay, cancellation, discard and erasure, written in the transaction that ' +
      'made it. Kept for `POSTHORN_AUDIT_RETENTION_DAYS`.',
  })
  @AnswersPage(AuditEntryResponse)
  async list(@Query() query: ListAuditLogQuery, @Caller() caller: Principal): Promise<Page<AuditEntryResponse>> {
    const page = readPage(query, 'audit log');
    const filters = {
      tenantId: await this.tenant(caller, query.tenant),
      actorKind: query.by ?? null,
      apiKeyId: queryId('key', query.key, 'key'),
      onBehalfOf: query.actor ?? null,
      action: query.action ?? null,
      object: query.object ?? null,
    };
    return toPage(page, await this.log.list(filters, page), ({ id }) => id, toAuditEntryResponse);
  }

  /** By id a deleted tenant is found too: the log is where to look for who deleted it. */
  private async tenant(caller: Principal, reference: string | undefined): Promise<Uuid | null> {
    if (reference === undefined) return null;
    return parseTypeId('ten', reference) ?? this.scope.pathTenant(caller, reference);
  }
}
