import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  type Endpoint,
  type EndpointStatus,
  type Ordering,
  type Ownership,
  type OwnershipState,
  publicKeyOf,
  type ShownCircuit,
  type WrittenEndpoint,
} from '#endpoints';
import type { MissedDeliveries } from '#insights';
import { toTypeId } from '#kernel';
import type { JsonObject } from '#policy';
import { PAYLOAD_FORMATS, type PayloadFormat, type SigningScheme } from '#signing';
import { AuthResponse, TlsResponse } from './credentials.response.js';
import { SIGNING_OUTPUT } from './signing.schema.js';

const SECRET_MASK = '********';

export class RateLimitResponse {
  @ApiProperty({ type: 'integer' })
  limit: number;

  @ApiProperty({ type: 'integer' })
  periodSeconds: number;
}

export class CircuitResponse {
  @ApiProperty({
    type: String,
    enum: ['closed', 'open', 'half_open'],
    description:
      '`open`: the endpoint keeps failing, and its deliveries wait without an attempt being spent. `half_open`: one of them is being tried.',
  })
  state: 'closed' | 'open' | 'half_open';

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when it is open (`half_open` included), or closed again; null when it never was open.',
  })
  since: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was opened, or closed again, in words.' })
  reason: string | null;
}

export function toCircuitResponse({ state, since, reason }: ShownCircuit): CircuitResponse {
  return { state, since: since?.toISOString() ?? null, reason };
}

export class OwnershipResponse {
  @ApiProperty({
    type: String,
    enum: ['verified', 'unverified', 'not_required'],
    description:
      'Whether the URL has proven with `POST …/verify` that it wants the traffic. `not_required`: it has not, and its tenant ' +
      'has no `settings.requireOwnershipProof`.',
  })
  state: OwnershipState;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  verifiedAt: string | null;
}

export function toOwnershipResponse({ state, verifiedAt }: Ownership): OwnershipResponse {
  return { state, verifiedAt: verifiedAt?.toISOString() ?? null };
}

/** What to post to deliver again all that was missed. */
class MissedReplayResponse {
  @ApiProperty({ type: String, enum: ['/v1/replays'] })
  path: string;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, description: 'The body, ready to be sent.' })
  body: Record<string, string>;
}

class MissedResponse {
  @ApiProperty({
    type: 'integer',
    description: 'Deliveries that were cancelled because the endpoint was disabled; each can be replayed.',
  })
  count: number;

  @ApiProperty({ type: Boolean, description: 'Whether there may be more than were counted.' })
  hasMore: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was disabled last.' })
  since: string;

  @ApiProperty({
    type: () => MissedReplayResponse,
    nullable: true,
    description: 'How to replay all of it that was not replayed yet; null when there was nothing.',
  })
  replay: MissedReplayResponse | null;
}

export class EndpointResponse {
  @ApiProperty({ type: String, example: 'ep_01jdf0v3m8ezrt8z6b5hv4hq3n' })
  id: string;

  @ApiProperty({ type: String, nullable: true })
  uid: string | null;

  @ApiProperty({ type: String, example: 'ten_01jdf0v3m8ezrt8z6b5hv4hq3n' })
  tenant: string;

  @ApiProperty({ type: String })
  url: string;

  @ApiProperty({ type: String, nullable: true })
  description: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Names in lower case, credentials as ********.',
  })
  headers: Record<string, string>;

  @ApiProperty({ type: () => AuthResponse, nullable: true })
  auth: AuthResponse | null;

  @ApiProperty({ type: () => TlsResponse, nullable: true })
  tls: TlsResponse | null;

  @ApiProperty({ ...SIGNING_OUTPUT, description: 'How requests are signed.' })
  signing: SigningScheme[];

  @ApiProperty({ type: String, enum: ['none', 'fifo'] })
  ordering: Ordering;

  @ApiProperty({ type: String, enum: [...PAYLOAD_FORMATS] })
  payloadFormat: PayloadFormat;

  @ApiProperty({ type: 'integer', nullable: true })
  maxInFlight: number | null;

  @ApiProperty({ type: () => RateLimitResponse, nullable: true, description: 'null: as fast as the endpoint answers.' })
  rateLimit: RateLimitResponse | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: as the platform is configured.' })
  timeoutSeconds: number | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer' },
    nullable: true,
    description: 'null: as the platform is configured.',
  })
  retrySchedule: number[] | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: its secrets are not rotated by themselves.' })
  rotateSecretsEveryDays: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: as rotations by hand.' })
  rotationGraceSeconds: number | null;

  @ApiProperty({ type: 'object', additionalProperties: true })
  metadata: JsonObject;

  @ApiProperty({ type: String, enum: ['enabled', 'paused', 'disabled'] })
  status: EndpointStatus;

  @ApiProperty({ type: String, nullable: true })
  disabledReason: string | null;

  @ApiProperty({ type: () => OwnershipResponse })
  ownership: OwnershipResponse;

  @ApiProperty({ type: () => CircuitResponse })
  circuit: CircuitResponse;

  @ApiProperty({ type: 'integer', description: 'Raised by every change, of its secrets too; also the ETag.' })
  version: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;

  @ApiPropertyOptional({
    type: () => MissedResponse,
    description: 'What an endpoint that was ever disabled has missed since it was last. Not in lists.',
  })
  missed?: MissedResponse;
}

export class CreatedEndpointResponse extends EndpointResponse {
  @ApiProperty({
    type: String,
    description:
      'The secret that requests are signed with; also at …/secrets. ******** for a portal session that may not see it.',
  })
  secret: string;

  @ApiPropertyOptional({
    type: String,
    description:
      'What receivers verify `v1a` signatures with, where the endpoint signs with Ed25519; also at …/secrets.',
  })
  publicKey?: string;
}

export function toEndpointResponse(endpoint: Endpoint): EndpointResponse {
  return {
    id: toTypeId('ep', endpoint.id),
    uid: endpoint.uid,
    tenant: toTypeId('ten', endpoint.tenantId),
    url: endpoint.url,
    description: endpoint.description,
    headers: { ...endpoint.headers },
    auth: endpoint.auth && { ...endpoint.auth },
    tls: endpoint.tls && { ...endpoint.tls },
    signing: endpoint.signing.map((scheme) => ({ ...scheme })),
    ordering: endpoint.ordering,
    payloadFormat: endpoint.payloadFormat,
    maxInFlight: endpoint.maxInFlight,
    rateLimit: endpoint.rateLimit,
    timeoutSeconds: endpoint.timeoutSeconds,
    retrySchedule: endpoint.retrySchedule && [...endpoint.retrySchedule],
    rotateSecretsEveryDays: endpoint.rotateSecretsEveryDays,
    rotationGraceSeconds: endpoint.rotationGraceSeconds,
    metadata: endpoint.metadata,
    status: endpoint.status,
    disabledReason: endpoint.disabledReason,
    ownership: toOwnershipResponse(endpoint.ownership),
    circuit: toCircuitResponse(endpoint.circuit),
    version: endpoint.version,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
  };
}

/** The endpoint on its own: with what it has missed. */
export function toOneEndpointResponse(endpoint: Endpoint, missed: MissedDeliveries | null): EndpointResponse {
  const response = toEndpointResponse(endpoint);
  if (missed === null) return response;
  const replay = missed.count === 0 ? null : { path: '/v1/replays', body: replayOfMissed(response.id) };
  return Object.assign(response, { missed: { ...missed, since: missed.since.toISOString(), replay } });
}

function replayOfMissed(endpoint: string): Record<string, string> {
  return { endpoint, select: 'failed', status: 'cancelled', reason: 'endpoint_disabled' };
}

/** The secret is shown when it was made with the endpoint, masked to those who may not see secrets. */
export function toWrittenEndpointResponse(
  { endpoint, secrets }: WrittenEndpoint,
  seesSecrets: boolean,
): EndpointResponse | CreatedEndpointResponse {
  const response = toEndpointResponse(endpoint);
  if (secrets === null) return response;
  const secret = seesSecrets ? secrets[0]!.secret : SECRET_MASK;
  const publicKey = secrets.map(publicKeyOf).find((key) => key !== null);
  return Object.assign(response, publicKey === undefined ? { secret } : { secret, publicKey });
}
