import { ApiProperty } from '@nestjs/swagger';
import { type EndpointInTrouble, MOST_COUNTED, type Overview } from '#insights';
import { toTypeId } from '#kernel';

class EndpointInTroubleResponse {
  @ApiProperty({ type: String })
  endpoint: string;

  @ApiProperty({ type: String })
  tenant: string;

  @ApiProperty({ type: String })
  url: string;

  @ApiProperty({
    type: String,
    enum: ['disabled', 'paused', 'circuit_open', 'failing'],
    description: '`failing`: nothing has succeeded for a day or longer.',
  })
  trouble: 'disabled' | 'paused' | 'circuit_open' | 'failing';

  @ApiProperty({ type: String, nullable: true, description: 'Why, in words, where there are any.' })
  reason: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  since: string;
}

class TroubleCountsResponse {
  @ApiProperty({ type: 'integer' })
  disabled: number;

  @ApiProperty({ type: 'integer' })
  paused: number;

  @ApiProperty({ type: 'integer' })
  circuitOpen: number;

  @ApiProperty({ type: 'integer' })
  failing: number;
}

export class OverviewResponse {
  @ApiProperty({ type: 'integer', description: `Deliveries that wait for a worker. Counted up to ${MOST_COUNTED}.` })
  due: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when the oldest has been due.',
  })
  oldestDueAt: string | null;

  @ApiProperty({ type: 'integer', description: `Deliveries held by a pause. Counted up to ${MOST_COUNTED}.` })
  held: number;

  @ApiProperty({
    type: 'integer',
    description: `Dead letters that nobody has resolved. Counted up to ${MOST_COUNTED}.`,
  })
  deadLetters: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when all deliveries are paused.',
  })
  deliveriesPausedAt: string | null;

  @ApiProperty({ type: () => TroubleCountsResponse, description: 'Endpoints in trouble, by what it is.' })
  endpoints: TroubleCountsResponse;

  @ApiProperty({ type: () => [EndpointInTroubleResponse], description: 'The newest trouble first, 50 at most.' })
  endpointsInTrouble: EndpointInTroubleResponse[];
}

export function toOverviewResponse(overview: Overview): OverviewResponse {
  const { due, oldestDueAt, held, deadLetters, deliveriesPausedAt, inTrouble } = overview;
  return {
    due,
    oldestDueAt: oldestDueAt?.toISOString() ?? null,
    held,
    deadLetters,
    deliveriesPausedAt: deliveriesPausedAt?.toISOString() ?? null,
    endpoints: {
      disabled: overview.disabled,
      paused: overview.paused,
      circuitOpen: overview.openCircuits,
      failing: overview.failing,
    },
    endpointsInTrouble: inTrouble.map(toEndpointInTrouble),
  };
}

function toEndpointInTrouble(endpoint: EndpointInTrouble): EndpointInTroubleResponse {
  const { id, tenantId, url, status, disabledReason, circuitState, circuitReason, since } = endpoint;
  const trouble = status === 'enabled' ? (circuitState === null ? 'failing' : 'circuit_open') : status;
  const reason = trouble === 'disabled' ? disabledReason : trouble === 'circuit_open' ? circuitReason : null;
  return {
    endpoint: toTypeId('ep', id),
    tenant: toTypeId('ten', tenantId),
    url,
    trouble,
    reason,
    since: since.toISOString(),
  };
}
