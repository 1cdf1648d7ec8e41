import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Config } from '#config';
import { Allow } from '../auth/allow.decorator.js';
import { Answers } from '../http/api-docs.js';

export class EgressAddressesResponse {
  @ApiProperty({ type: [String], description: 'Addresses or CIDRs; empty when the operator has named none.' })
  data: readonly string[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: the list comes whole.' })
  nextCursor: string | null;
}

/** Where deliveries come from, for the allow lists of those who receive them. */
@Controller('v1/egress-addresses')
@ApiTags('Endpoints')
export class EgressController {
  constructor(private readonly config: Config) {}

  @Get()
  @Allow('egress:read')
  @ApiOperation({ operationId: 'listEgressAddresses', summary: 'List the addresses that deliveries come from' })
  @Answers(EgressAddressesResponse)
  list(): EgressAddressesResponse {
    return { data: this.config.egress.addresses, nextCursor: null };
  }
}
