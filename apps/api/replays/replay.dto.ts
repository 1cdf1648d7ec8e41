import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsNumber, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import { DEFAULT_REPLAY_RATE, ENDED_STATUSES, type EndedStatus, type Select, SELECTS } from '#replaying';
import { BodyEventType, BodyIds, BodyNote, BodyReference, BodyTime, BodyWord } from '../http/body-fields.js';
import { IsText } from '../http/validators.js';

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

  @BodyIds('These deliveries, dead letters or events, as far as the other filters allow; of what is `missing`, events.')
  ids?: string[] | null;

  @BodyReference('Tenant: id, or your uid.')
  tenant?: string | null;

  @BodyReference('Endpoint: id, or your uid. Must be given for what is `missing`.')
  endpoint?: string | null;

  @BodyWord(
    ENDED_STATUSES,
    'How the delivery has ended: `dead` (the default) or `cancelled` for `failed`; any for `all`.',
  )
  status?: EndedStatus | null;

  @BodyEventType()
  type?: string | null;

  @IsOptional()
  @IsText(1, 256)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Why it died (`exhausted`, `gone`, `blocked`, `expired`) or, with `status: cancelled`, was cancelled.',
  })
  reason?: string | null;

  @BodyTime('Deliveries, or missing events, that were created at or after.')
  since?: string | null;

  @BodyTime('Created before; now at the latest, which is the default: what comes after the request is not meant.')
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

  @BodyNote('Why. Dead letters are resolved with it.')
  note?: string | null;
}
