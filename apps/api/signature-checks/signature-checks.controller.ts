import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { SignatureChecks } from '#insights';
import { type FieldError, toPointerToken } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { Scope } from '../auth/scope.js';
import { Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { refusal } from '../http/validation.pipe.js';
import { CheckSignatureDto, DEFAULT_TOLERANCE_SECONDS } from './signature-check.dto.js';
import { SignatureCheckResponse, toSignatureCheckResponse } from './signature-check.response.js';

@Controller('v1/signature-checks')
@ApiTags('Secrets')
export class SignatureChecksController {
  constructor(
    private readonly checks: SignatureChecks,
    private readonly scope: Scope,
    private readonly viewing: Viewing,
  ) {}

  @Post()
  @Allow('endpoints:read')
  @ApiOperation({
    operationId: 'checkSignature',
    summary: 'Why a receiver cannot verify a request',
    description:
      'Takes headers and raw body as they were received and says of each scheme of the endpoint whether its signature ' +
      'holds, and if not, which part does not match. Secrets are named, never shown.',
  })
  @Answers(SignatureCheckResponse)
  async check(@Caller() caller: Principal, @Body() dto: CheckSignatureDto): Promise<SignatureCheckResponse> {
    const headers = readHeaders(dto.headers);
    const viewer = this.viewing.all(caller);
    const tenants = dto.tenant == null ? viewer.tenantIds : [await this.scope.bodyTenant(caller, dto.tenant)];
    const endpoint = await this.scope.bodyEndpointOf(tenants, dto.endpoint, { isPastToo: false });
    const tolerance = dto.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS;
    const report = await this.checks.check(viewer, endpoint, { headers, body: dto.body }, tolerance);
    return toSignatureCheckResponse(endpoint.id, report);
  }
}

function readHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const errors: FieldError[] = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string'
      ? []
      : [
          {
            pointer: `/headers/${toPointerToken(name)}`,
            code: 'wrong_type',
            message: 'must be text',
          },
        ],
  );
  if (errors.length > 0) throw refusal(errors);
  return headers as Record<string, string>;
}
