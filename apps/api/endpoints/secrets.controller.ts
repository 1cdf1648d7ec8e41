import { Body, Controller, Delete, Get, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { SecretStore } from '#endpoints';
import { parseTypeId, toTypeId, type Uuid } from '#kernel';
import { Allow } from '../auth/allow.decorator.js';
import { By, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { notFound } from '../auth/scope.js';
import { created } from '../http/answers.js';
import { AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import type { Page } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { RotateSecretDto } from './secret.dto.js';
import { SecretResponse, toSecretResponse } from './secret.response.js';

@Controller('v1/tenants/:tenant/endpoints/:endpoint/secrets')
@ApiTags('Secrets')
export class SecretsController {
  constructor(private readonly secrets: SecretStore) {}

  @Get()
  @Allow('secrets:read')
  @ApiOperation({ operationId: 'listSecrets', summary: 'The secrets that requests are or will be signed with' })
  @AnswersPage(SecretResponse)
  async list(@TenantId() tenantId: Uuid, @EndpointId() endpointId: Uuid): Promise<Page<SecretResponse>> {
    const secrets = await this.secrets.list(tenantId, endpointId);
    return { data: secrets.map(toSecretResponse), nextCursor: null };
  }

  @Post('rotate')
  @Allow('secrets:write')
  @ApiOperation({
    operationId: 'rotateSecret',
    summary: 'Add a secret and give the older ones their end',
    description: 'Every live secret signs, newest first, so receivers can move over within the grace period.',
  })
  @ApiBody({ type: RotateSecretDto, required: false })
  @AnswersCreated(SecretResponse)
  async rotate(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() body: RotateSecretDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SecretResponse> {
    const { secret: brought, secretEncoding, kind, graceSeconds } = body;
    const activatesAt = body.activatesAt === undefined ? null : new Date(body.activatesAt);
    const rotation = { secret: brought, secretEncoding, kind, activatesAt, graceSeconds };
    const secret = toSecretResponse(await this.secrets.rotate(by, tenantId, endpointId, rotation));
    const endpoint = `/v1/tenants/${toTypeId('ten', tenantId)}/endpoints/${toTypeId('ep', endpointId)}`;
    created(reply, `${endpoint}/secrets/${secret.id}`);
    return secret;
  }

  @Delete(':secret')
  @Allow('secrets:write')
  @ApiOperation({
    operationId: 'revokeSecret',
    summary: 'Revoke a secret at once',
    description: 'The last live one stays. When the newest goes, the one before it signs on in its stead.',
  })
  @AnswersNothing()
  async revoke(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Param('secret') secret: string,
  ): Promise<void> {
    const secretId = parseTypeId('sec', secret);
    if (secretId === null) throw notFound(secret, 'secret');
    await this.secrets.revoke(by, tenantId, endpointId, secretId);
  }
}
