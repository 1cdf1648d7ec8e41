import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { SecretStore } from '#endpoints';
import { parseTypeId } from '#kernel';
import { notFound } from '../auth/scope.js';
import { Answers, PROBLEM_CONTENT } from '../http/api-docs.js';
import { JwksResponse, toJwk } from './jwks.response.js';

/**
 * Public keys, for receivers, who have no API key. By the endpoint's own id only, which cannot be guessed: whether somebody
 * has an endpoint of some uid is nobody's business.
 */
@Controller('jwks')
@ApiTags('Secrets')
export class JwksController {
  constructor(private readonly secrets: SecretStore) {}

  @Get(':endpoint')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({
    operationId: 'getPublicKeys',
    summary: "The public keys of an endpoint's Ed25519 signatures, as a JSON Web Key Set",
    description: 'Needs no key. Those of secrets that wait for their time are among them.',
  })
  @Answers(JwksResponse)
  @ApiNotFoundResponse({ description: 'There are none.', content: PROBLEM_CONTENT })
  async get(@Param('endpoint') endpoint: string): Promise<JwksResponse> {
    const endpointId = parseTypeId('ep', endpoint);
    const keys = endpointId === null ? [] : await this.secrets.findPublicKeys(endpointId);
    if (keys.length === 0) throw notFound(endpoint, 'endpoint');
    return { keys: keys.map(toJwk) };
  }
}
