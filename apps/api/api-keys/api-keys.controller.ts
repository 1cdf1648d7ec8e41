import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { parseTypeId, type Uuid } from '#kernel';
import { ApiKeyStore, Authenticator, type Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller } from '../auth/caller.decorator.js';
import { notFound } from '../auth/scope.js';
import { created } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { PageQuery } from '../http/page-query.dto.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { CreateApiKeyDto } from './api-key.dto.js';
import { ApiKeyResponse, NewApiKeyResponse, toApiKeyResponse } from './api-key.response.js';
import { ApiKeyInput } from './api-key-input.js';

@Controller('v1/api-keys')
@ApiTags('API keys')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly authenticator: Authenticator,
    private readonly input: ApiKeyInput,
  ) {}

  @Post()
  @Allow('api-keys:write')
  @ApiOperation({ operationId: 'createApiKey', summary: 'Create an API key; the key itself is shown once' })
  @AnswersCreated(NewApiKeyResponse)
  async create(
    @By() by: Actor,
    @Body() dto: CreateApiKeyDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewApiKeyResponse> {
    const { row, text } = await this.keys.create(by, await this.input.read(dto, caller));
    const answer = Object.assign(toApiKeyResponse(row), { key: text });
    created(reply, `/v1/api-keys/${answer.id}`);
    return answer;
  }

  @Get()
  @Allow('api-keys:read')
  @ApiOperation({ operationId: 'listApiKeys', summary: 'List API keys' })
  @AnswersPage(ApiKeyResponse)
  async list(@Query() query: PageQuery): Promise<Page<ApiKeyResponse>> {
    const page = readPage(query, 'api-keys');
    return toPage(page, await this.keys.list(page), ({ id }) => id, toApiKeyResponse);
  }

  @Get(':id')
  @Allow('api-keys:read')
  @ApiOperation({ operationId: 'getApiKey', summary: 'Read an API key' })
  @Answers(ApiKeyResponse)
  async get(@Param('id') reference: string): Promise<ApiKeyResponse> {
    const row = await this.keys.find(toKeyId(reference));
    if (!row) throw notFound(reference, 'API key');
    return toApiKeyResponse(row);
  }

  @Delete(':id')
  @Allow('api-keys:write')
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke an API key, everywhere within a second' })
  @AnswersNothing()
  async revoke(@By() by: Actor, @Param('id') reference: string): Promise<void> {
    const id = toKeyId(reference);
    if (!(await this.keys.revoke(by, id))) throw notFound(reference, 'API key');
    this.authenticator.forget(id);
  }
}

function toKeyId(reference: string): Uuid {
  const id = parseTypeId('key', reference);
  if (!id) throw notFound(reference, 'API key');
  return id;
}
