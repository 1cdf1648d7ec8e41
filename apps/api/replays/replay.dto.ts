import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { DEFAULT_REPLAY_RATE, ENDED_STATUSES, type EndedStatus, type Select, SELECTS } from '#replaying';
import { MAX_NOTE } from '../http/reason.dto.js';
import { IsEventTypePattern, IsText, IsTime } from '../http/validators.js';

const MAX_IDS = 1_000;
const MIN_RATE = 0.1;
const MAX_RATE = 5_000;

/** What to deliver again, and how fast. */
export class CreateReplayDto {
  @ValidateIf((dto: CreateReplayDto) => dto.select !== undefined || dto.ids == null)
  @IsIn(SELECTS)
  @ApiPropertyOptional({
    type: String,
    enum: [...SELECTS],
    description:
      '`failed`: what is dead and was neither replayed nor discarded; with `status: cancelled`, what was cancelled and not ' +
      'replayed since. `missing`: events that a subscription of the `endpoint` matches now, and that were never delivered to ' +
      'it. `all`: whatever has ended; of several deliveries of an event to an endpoint the last. Must be given, unless `ids` ' +
      'are: then it is `failed`.',
  })
  select?: Select;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string' },
    nullable: true,
    minItems: 1,
    maxItems: MAX_IDS,
    description:
      'These deliveries, dead letters or events, as far as the other filters allow; of what is `missing`, events.',
  })
  ids?: string[] | null;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Tenant: id, or your uid.' })
  tenant?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Endpoint: id, or your uid. Must be given for what is `missing`.',
  })
  endpoint?: string | null;

  @IsOptional()
  @IsIn(ENDED_STATUSES)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    enum: [...ENDED_STATUSES],
    description: 'How the delivery has ended: `dead` (the default) or `cancelled` for `failed`; any for `all`.',
  })
  status?: EndedStatus | null;

  @IsOptional()
  @IsEventTypePattern()
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Event type: exact, or `payment.*`.' })
  type?: string | null;

  @IsOptional()
  @IsText(1, 256)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Why it died (`exhausted`, `gone`, `blocked`, `expired`) or, with `status: cancelled`, was cancelled.',
  })
  reason?: string | null;

  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Deliveries, or missing events, that were created at or after.',
  })
  since?: string | null;

  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Created before; now at the latest, which is the default: what comes after the request is not meant.',
  })
  until?: string | null;

  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Only count: 200, and nothing is made.' })
  dryRun?: boolean | null;

  @IsOptional()
  @IsNumber()
  @Min(MIN_RATE)
  @Max(MAX_RATE)
  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: MIN_RATE,
    maximum: MAX_RATE,
    default: DEFAULT_REPLAY_RATE,
    description: 'Deliveries a second at most, over all workers.',
  })
  ratePerSecond?: number | null;

  @IsOptional()
  @IsText(1, MAX_NOTE)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: MAX_NOTE,
    description: 'Why. Dead letters are resolved with it.',
  })
  note?: string | null;
}
