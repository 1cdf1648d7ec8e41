import { Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { SwitchStore } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By } from '../auth/caller.decorator.js';
import { Answers } from '../http/api-docs.js';

export class PlatformResponse {
  @ApiProperty({ type: Boolean, description: 'Whether all deliveries are held.' })
  paused: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  pausedAt: string | null;
}

const toPlatformResponse = (pausedAt: Date | null): PlatformResponse => ({
  paused: pausedAt !== null,
  pausedAt: pausedAt?.toISOString() ?? null,
});

/** The kill switch of the whole platform. */
@Controller('v1/deliveries')
@ApiTags('Deliveries')
export class PlatformController {
  constructor(private readonly switches: SwitchStore) {}

  @Post('pause')
  @Allow('platform:pause')
  @ApiOperation({
    operationId: 'pauseDeliveries',
    summary: 'Hold all deliveries of the platform',
    description:
      'They stay where they are; events that fall due meanwhile are matched. Saying it twice changes nothing.',
  })
  @Answers(PlatformResponse)
  async pause(@By() by: Actor): Promise<PlatformResponse> {
    return toPlatformResponse(await this.switches.setDeliveriesPaused(by, true));
  }

  @Post('resume')
  @Allow('platform:pause')
  @ApiOperation({ operationId: 'resumeDeliveries', summary: 'Let all deliveries of the platform go on' })
  @Answers(PlatformResponse)
  async resume(@By() by: Actor): Promise<PlatformResponse> {
    return toPlatformResponse(await this.switches.setDeliveriesPaused(by, false));
  }
}
