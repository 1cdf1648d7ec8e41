import { ApiProperty } from '@nestjs/swagger';

export class LivenessResponse {
  @ApiProperty({ type: String, enum: ['live'] })
  status: 'live';
}

export class ReadinessResponse {
  @ApiProperty({ type: String, enum: ['ready', 'unavailable'] })
  status: 'ready' | 'unavailable';

  @ApiProperty({ type: [String], description: 'What does not work as it should while the API does, such as `queue`.' })
  degraded: string[];

  @ApiProperty({ type: [String], description: 'Why the API is not ready, in words.' })
  reasons: string[];
}
