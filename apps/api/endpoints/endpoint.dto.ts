import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  MAX_METADATA_BYTES,
  MAX_RETRIES,
  type SigningEntry,
} from '#endpoints';
import type { JsonObject } from '#policy';
import { PAYLOAD_FORMATS, SECRET_ENCODINGS, type SecretEncoding } from '#signing';
import { Nested } from '../http/dto-fields.js';
import { PageQuery, QueryWord } from '../http/page-query.dto.js';
import { IfGiven, IsJsonObject, IsText, IsUid } from '../http/validators.js';
import { AuthDto, TlsDto } from './credentials.dto.js';
import { AreEventTypePatterns, PATTERNS_SCHEMA } from '../subscriptions/event-type-patterns.js';
import { SIGNING_INPUT } from './signing.schema.js';

const MAX_URL = 2_048;
const MAX_DESCRIPTION = 1_000;
const MAX_SECONDS = 31_536_000;
const MAX_RATE_LIMIT = 100_000;
const MAX_RATE_PERIOD_SECONDS = 86_400;

const ORDERINGS = ['none', 'fifo'];

/** Both are needed; a merge patch may name the one that changes. */
export class RateLimitDto {
  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MAX_RATE_LIMIT)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_RATE_LIMIT, example: 10 })
  limit?: number;

  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MAX_RATE_PERIOD_SECONDS)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_RATE_PERIOD_SECONDS, example: 1 })
  periodSeconds?: number;
}

/** What may be said about an endpoint at any time. Null, where it may stand, means the default. */
class EndpointFields {
  @IsOptional()
  @IsUid()
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    pattern: '^[A-Za-z0-9._:-]{1,256}$',
    description: "Your own name for the endpoint, unique among the tenant's. May stand wherever its id may.",
    example: 'orders-webhook',
  })
  uid?: string | null;

  @IsOptional()
  @IsText(0, MAX_DESCRIPTION)
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: MAX_DESCRIPTION })
  description?: string | null;

  @IsOptional()
  @IsJsonObject(2 * MAX_METADATA_BYTES)
  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: { type: 'string' },
    description:
      'Sent with every request. Names that Posthorn or the connection sets are refused. Values that look like ' +
      'credentials (authorization, cookie, token, secret, key, password) are shown as ********; a mask that is sent ' +
      'back leaves the value as it is.',
    example: { 'x-region': 'eu' },
  })
  headers?: Record<string, string> | null;

  @IsOptional()
  @Nested(() => AuthDto)
  @ApiPropertyOptional({
    type: () => AuthDto,
    nullable: true,
    description: 'How requests are authenticated at the endpoint, beside their signature.',
  })
  auth?: AuthDto | null;

  @IsOptional()
  @Nested(() => TlsDto)
  @ApiPropertyOptional({
    type: () => TlsDto,
    nullable: true,
    description: 'For https:// endpoints that want a client certificate, or have one of their own authority.',
  })
  tls?: TlsDto | null;

  @IsOptional()
  @IsIn(PAYLOAD_FORMATS)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    enum: [...PAYLOAD_FORMATS],
    default: 'standard',
    description:
      '`standard`: the envelope with id, type, timestamp and data. `data`: only the data, byte for byte. `cloudevents`: ' +
      'CloudEvents 1.0, structured, as application/cloudevents+json. `slack`: `{"text": …}` for an incoming webhook, or ' +
      'the data where that is such a message already. `form`: application/x-www-form-urlencoded, `payload=` and the ' +
      'standard envelope.',
  })
  payloadFormat?: string | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 1_000,
    description: 'Requests in flight at once, in each worker process.',
  })
  maxInFlight?: number | null;

  @IsOptional()
  @Nested(() => RateLimitDto)
  @ApiPropertyOptional({
    type: () => RateLimitDto,
    nullable: true,
    description:
      'Requests that may be sent in a period, spread evenly over it, retries included; null: as fast as the endpoint ' +
      'answers. It holds for all workers together. What has to wait says `rate_limit`, and spends no attempt; what ' +
      'would have to wait longer than its event lives dies at once as `expired`. A change holds at once, also for what ' +
      'waits already.',
  })
  rateLimit?: RateLimitDto | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(60)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 60,
    description: 'For the whole exchange, connect to last body byte. The default is POSTHORN_REQUEST_TIMEOUT.',
  })
  timeoutSeconds?: number | null;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_RETRIES)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_SECONDS, { each: true })
  @ApiPropertyOptional({
    type: 'array',
    nullable: true,
    items: { type: 'integer', minimum: 1, maximum: MAX_SECONDS },
    maxItems: MAX_RETRIES,
    description:
      'Seconds between attempts; the first attempt is immediate, an empty list means no retry. The sum stays below ' +
      'retention. The default is POSTHORN_RETRY_SCHEDULE.',
    example: [5, 300, 1800],
  })
  retrySchedule?: number[] | null;

  @IsOptional()
  @IsIn(ORDERINGS)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    enum: ORDERINGS,
    default: 'none',
    description:
      '`fifo`: one delivery at a time for each `orderingKey` of events (those without one share a line), in the order ' +
      'of publishing; one that fails holds the ones behind it until it succeeds or is given up. Deliveries that are ' +
      'open when this changes go on as they were published.',
  })
  ordering?: string | null;

  @IsOptional()
  @IsArray()
  @IsObject({ each: true })
  @ApiPropertyOptional({
    ...SIGNING_INPUT,
    nullable: true,
    default: [{ scheme: 'standard' }],
    description:
      'How requests are signed; several schemes go side by side. All but the two of Standard Webhooks use the secret as ' +
      'the text it is. `webhook-id`, `webhook-timestamp` and the `posthorn-` headers are always sent.',
    example: [{ scheme: 'standard' }, { scheme: 'github' }],
  })
  signing?: SigningEntry[] | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 365,
    description:
      'How often its secrets are rotated by themselves; null: never. The next one is made, and told of as ' +
      '`posthorn.secret.expiring`, up to seven days before it signs: receivers can be given it before it is used.',
  })
  rotateSecretsEveryDays?: number | null;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: MAX_GRACE_SECONDS,
    description:
      `How long older secrets go on signing beside a scheduled one; null: ${DEFAULT_GRACE_SECONDS}. At most eight times ` +
      '`rotateSecretsEveryDays`, for ten secrets may live at once.',
  })
  rotationGraceSeconds?: number | null;

  @IsOptional()
  @IsJsonObject(MAX_METADATA_BYTES)
  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description: 'Yours; kept and shown, at most 16 KiB.',
  })
  metadata?: JsonObject | null;
}

export class CreateEndpointDto extends EndpointFields {
  @IsString()
  @MaxLength(MAX_URL)
  @ApiProperty({
    type: String,
    maxLength: MAX_URL,
    description: 'Must begin with https:// (http:// where the operator allows it) and lead to a public address.',
    example: 'https://shop.example/webhooks',
  })
  url: string;

  @IfGiven()
  @AreEventTypePatterns()
  @ApiPropertyOptional({
    ...PATTERNS_SCHEMA,
    description:
      'Makes one subscription to these. An endpoint without subscriptions gets nothing. When an endpoint is ' +
      'replaced, its one subscription becomes this.',
  })
  eventTypes?: string[];

  @IfGiven()
  @IsString()
  @MaxLength(2_048)
  @ApiPropertyOptional({
    type: String,
    maxLength: 2_048,
    writeOnly: true,
    description:
      'A secret to bring along: `whsec_` and the base64 of 24 to 64 bytes, `whsk_` and an Ed25519 key pair, or as ' +
      'secretEncoding says.',
  })
  secret?: string;

  @IfGiven()
  @IsIn(SECRET_ENCODINGS)
  @ApiPropertyOptional({
    type: String,
    enum: [...SECRET_ENCODINGS],
    description: 'How the secret is written; unless given, as it begins.',
    writeOnly: true,
  })
  secretEncoding?: SecretEncoding;
}

export class PatchEndpointDto extends EndpointFields {
  @IfGiven()
  @IsString()
  @MaxLength(MAX_URL)
  @ApiPropertyOptional({ type: String, maxLength: MAX_URL })
  url?: string;
}

export class DisableEndpointDto {
  @IfGiven()
  @IsText(1, 500)
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: 500,
    description: 'Shown as disabledReason.',
    default: 'requested',
  })
  reason?: string;
}

export class ListEndpointsQuery extends PageQuery {
  @QueryWord('Endpoints in this state.', ['enabled', 'paused', 'disabled'])
  status?: 'enabled' | 'paused' | 'disabled';
}
