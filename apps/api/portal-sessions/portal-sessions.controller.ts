import { Body, Controller, Header, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { Config } from '#config';
import type { Uuid } from '#kernel';
import { CAPABILITIES, PortalSessions, type Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller, TenantId } from '../auth/caller.decorator.js';
import { created } from '../http/answers.js';
import { AnswersCreated } from '../http/api-docs.js';
import { ownAddress } from '../http/own-address.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { DEFAULT_LIFETIME_SECONDS, OpenPortalSessionDto } from './portal-session.dto.js';
import { PortalSessionResponse } from './portal-session.response.js';

@Controller('v1/tenants/:tenant/portal-sessions')
@ApiTags('Sessions')
export class PortalSessionsController {
  constructor(
    private readonly sessions: PortalSessions,
    private readonly config: Config,
  ) {}

  @Post()
  @Allow('portal-sessions:write')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'openPortalSession',
    summary: "Open a tenant's portal for somebody, for a while",
    description:
      "The session may what the tenant's own key may, cut down to its capabilities. It ends by itself, with the tenant, " +
      'and with the key that opened it. `GET /v1/session` tells what it is.',
  })
  @ApiBody({ type: OpenPortalSessionDto, required: false })
  @AnswersCreated(PortalSessionResponse)
  async open(
    @TenantId() tenantId: Uuid,
    @Caller() caller: Principal,
    @By() by: Actor,
    @Body() dto: OpenPortalSessionDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PortalSessionResponse> {
    const capabilities = CAPABILITIES.filter((one) => dto.capabilities?.includes(one) ?? true);
    const lifetimeSeconds = dto.expiresInSeconds ?? DEFAULT_LIFETIME_SECONDS;
    const asked = { tenantId, keyId: caller.keyId, capabilities, lifetimeSeconds };
    const { token, expiresAt } = await this.sessions.open(by, asked);
    const url = `${ownAddress(request, this.config.http.publicUrl)}/portal/#token=${token}`;
    created(reply, '/v1/session');
    return { url, token, capabilities, expiresAt: expiresAt.toISOString() };
  }
}
