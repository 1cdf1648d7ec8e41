import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { type Reconciliation, ReconciliationReadModel } from '#insights';
import { DatabaseClock, parseTypeId, PosthornError, toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { BulkReplayer, DEFAULT_REPLAY_RATE } from '#replaying';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { isAllowed } from '../auth/permissions.js';
import { Answers } from '../http/api-docs.js';
import { refusal } from '../http/validation.pipe.js';
import { ReconcileDto } from './reconcile.dto.js';
import { ReconcileResponse } from './reconcile.response.js';

interface Gap {
  tenantId: Uuid;
  endpointId: Uuid;
  sinceMs: number;
  requestedBy: Uuid;
}

@Controller('v1/tenants/:tenant/endpoints/:endpoint')
@ApiTags('Endpoints')
export class ReconcileController {
  constructor(
    private readonly reconciliation: ReconciliationReadModel,
    private readonly replayer: BulkReplayer,
    private readonly clock: DatabaseClock,
  ) {}

  @Post('reconcile')
  @Allow('deliveries:reconcile')
  @ApiOperation({
    operationId: 'reconcileEndpoint',
    summary: 'Compare what a receiver has with what was to go there',
    description:
      'The receiver says which events it has of a time; the answer says which it lacks and which it should not have, and ' +
      'replays the gap if asked to.',
  })
  @Answers(ReconcileResponse)
  async reconcile(
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Caller() caller: Principal,
    @By() by: Actor,
    @Body() dto: ReconcileDto,
  ): Promise<ReconcileResponse> {
    if (dto.replay && !isAllowed(caller, 'replays:write')) {
      throw new PosthornError('forbidden', 'The caller may compare, but not replay (replays:write).');
    }
    const { sinceMs, untilMs } = this.readWindow(dto);
    const ids = new Map(dto.ids.map((text) => [text, parseTypeId('evt', text)]));
    const eventIds = new Set([...ids.values()].filter((id) => id !== null));
    const compared = await this.reconciliation.compare({ endpointId, sinceMs, untilMs, eventIds });
    const unknown = new Set(compared.unknown);
    const replay = dto.replay
      ? await this.replay(by, compared, { tenantId, endpointId, sinceMs, requestedBy: caller.keyId })
      : null;
    return {
      missing: compared.missing.map((id) => toTypeId('evt', id)),
      unknown: [...ids].flatMap(([text, id]) => (id === null || unknown.has(id) ? [text] : [])),
      nextSince: compared.nextSinceMs === null ? null : new Date(compared.nextSinceMs).toISOString(),
      replay: toTypeIdOrNull('rpl', replay),
    };
  }

  private readWindow({ since, until }: ReconcileDto): { sinceMs: number; untilMs: number } {
    const sinceMs = Date.parse(since);
    const untilMs = until == null ? this.clock.now() + 1 : Date.parse(until);
    if (sinceMs < untilMs) return { sinceMs, untilMs };
    const [pointer, message] = until == null ? ['/since', 'must lie in the past'] : ['/until', 'must lie after since'];
    throw refusal([{ pointer, code: 'invalid', message }]);
  }

  /** Of each event the last delivery that has ended; null when there is nothing to replay. */
  private async replay(by: Actor, { missing }: Reconciliation, gap: Gap): Promise<Uuid | null> {
    const { tenantId, endpointId, sinceMs, requestedBy } = gap;
    if (missing.length === 0) return null;
    const { id } = await this.replayer.start(by, {
      selection: {
        select: 'all',
        tenantIds: [tenantId],
        endpointId,
        status: null,
        type: null,
        reason: null,
        sinceMs,
        untilMs: this.clock.now() + 1,
        named: { deliveryIds: [], eventIds: missing },
      },
      ratePerSecond: DEFAULT_REPLAY_RATE,
      note: 'What a reconciliation found missing.',
      requestedBy,
    });
    return id;
  }
}
