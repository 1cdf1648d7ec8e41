import { Body, Controller, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { OwnershipVerifier, type Verification } from '#delivering';
import { EndpointReadModel } from '#endpoints';
import { AttemptReadModel } from '#insights';
import { toAttemptId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { type AttemptResponse, toAttemptResponse } from '../attempts/attempt.response.js';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { found, Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { VerifyEndpointDto } from './endpoint-verification.dto.js';
import { EndpointVerificationResponse, toEndpointVerificationResponse } from './endpoint-verification.response.js';

@Controller('v1/tenants/:tenant/endpoints/:endpoint')
@ApiTags('Endpoints')
export class EndpointVerificationController {
  constructor(
    private readonly verifier: OwnershipVerifier,
    private readonly endpoints: EndpointReadModel,
    private readonly attempts: AttemptReadModel,
    private readonly viewing: Viewing,
  ) {}

  @Post('verify')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'verifyEndpoint',
    summary: 'Have the endpoint prove that it wants the traffic',
    description:
      'Sends a real, signed event of type `posthorn.endpoint.verification` with a `challenge` in its data, in whatever state the ' +
      'endpoint is, and expects 2xx with `{"challenge": "…"}` or the challenge alone. Instead of the receiver a person may answer ' +
      'who has read the challenge there: `challenge` in the body. An endpoint that was disabled as `unverified` is enabled by it. ' +
      'A URL that is verified is sent nothing. At most 5 that come to nothing in 10 minutes for an endpoint, and 30 an hour for a ' +
      'tenant; more are refused with `rate_limited`.',
  })
  @ApiBody({ type: VerifyEndpointDto, required: false })
  @Answers(EndpointVerificationResponse)
  async verify(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Caller() caller: Principal,
    @Body() { challenge }: VerifyEndpointDto,
  ): Promise<EndpointVerificationResponse> {
    const verification =
      challenge === undefined
        ? await this.verifier.challenge(by, tenantId, endpointId, caller.keyId)
        : await this.verifier.prove(by, tenantId, endpointId, challenge);
    const endpoint = await this.endpoints.get(tenantId, endpointId);
    return toEndpointVerificationResponse(verification, await this.attemptOf(verification, caller), endpoint);
  }

  private async attemptOf({ deliveryId }: Verification, caller: Principal): Promise<AttemptResponse | null> {
    if (deliveryId === null) return null;
    const view = await this.attempts.find(this.viewing.all(caller), deliveryId, 1);
    return toAttemptResponse(found(view, toAttemptId(deliveryId, 1), 'attempt'));
  }
}
