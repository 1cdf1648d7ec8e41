import { ApiProperty } from '@nestjs/swagger';
import {
  type ClauseVerdict,
  type DeliveryStatus,
  type EndpointExplanation,
  type EventExplanation,
  type Verdict,
  VERDICTS,
} from '#insights';
import { toTypeId, toTypeIdOrNull } from '#kernel';

class ClauseResponse {
  @ApiProperty({ type: String })
  subscription: string;

  @ApiProperty({
    type: String,
    enum: ['enabled', 'event_types', 'channels', 'filter', 'changed_since'],
    description: 'What said no; `changed_since`: it wants the event now, and did not when that was decided.',
  })
  clause: ClauseVerdict['clause'];

  @ApiProperty({ type: String, description: 'The same in words.' })
  message: string;
}

/** What became of an event at one endpoint. */
export class EndpointExplanationResponse {
  @ApiProperty({ type: String })
  endpoint: string;

  @ApiProperty({ type: String, nullable: true, description: "The owner's own id of the endpoint." })
  endpointUid: string | null;

  @ApiProperty({ type: String })
  url: string;

  @ApiProperty({
    type: String,
    enum: ['enabled', 'paused', 'disabled', 'deleted'],
    description: "The endpoint's, now.",
  })
  endpointStatus: 'enabled' | 'paused' | 'disabled' | 'deleted';

  @ApiProperty({ type: String, enum: [...VERDICTS] })
  verdict: Verdict;

  @ApiProperty({ type: String, example: 'Delivered at 2026-11-30 12:00:05 UTC, at the first attempt: …' })
  sentence: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The delivery that the sentence is about: the newest to this endpoint. null: there is none.',
  })
  delivery: string | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string' },
    description: 'All of them, oldest first, replays included.',
  })
  deliveries: string[];

  @ApiProperty({ type: String, nullable: true, enum: ['pending', 'held', 'succeeded', 'dead', 'cancelled'] })
  status: DeliveryStatus | null;

  @ApiProperty({ type: String, nullable: true })
  waitingFor: string | null;

  @ApiProperty({ type: 'integer' })
  attemptCount: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  nextAttemptAt: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  lastStatusCode: number | null;

  @ApiProperty({ type: String, nullable: true })
  lastErrorCode: string | null;

  @ApiProperty({ type: () => [ClauseResponse], description: 'What each subscription said, where nothing was sent.' })
  clauses: ClauseResponse[];
}

export class ExplanationResponse {
  @ApiProperty({ type: String, example: 'evt_01h455vb4pex5vsknk084sn02q' })
  event: string;

  @ApiProperty({ type: String })
  tenant: string;

  @ApiProperty({ type: String })
  type: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: () => [EndpointExplanationResponse], description: 'Those that got a delivery first.' })
  endpoints: EndpointExplanationResponse[];

  @ApiProperty({
    type: Boolean,
    description: 'Whether the tenant has more endpoints than are told of here; ask with `endpoint=` for each.',
  })
  hasMore: boolean;
}

export class ExplainLinkResponse {
  @ApiProperty({ type: String, description: 'Whoever has it can read the explanation, and nothing else, until then.' })
  url: string;

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt: string;
}

export function toExplanationResponse({ event, endpoints, hasMore }: EventExplanation): ExplanationResponse {
  return {
    event: toTypeId('evt', event.id),
    tenant: toTypeId('ten', event.tenantId),
    type: event.type,
    createdAt: event.createdAt.toISOString(),
    endpoints: endpoints.map(toEndpointExplanation),
    hasMore,
  };
}

function toEndpointExplanation(explanation: EndpointExplanation): EndpointExplanationResponse {
  const { endpoint, delivery, deliveryIds, verdict, sentence, clauses } = explanation;
  return {
    endpoint: toTypeId('ep', endpoint.id),
    endpointUid: endpoint.uid,
    url: endpoint.url,
    endpointStatus: endpoint.deletedAt === null ? endpoint.status : 'deleted',
    verdict,
    sentence,
    delivery: toTypeIdOrNull('dlv', delivery?.id ?? null),
    deliveries: deliveryIds.map((id) => toTypeId('dlv', id)),
    status: delivery?.status ?? null,
    waitingFor: delivery?.waitingFor ?? null,
    attemptCount: delivery?.attemptCount ?? 0,
    nextAttemptAt: delivery?.nextAttemptAt?.toISOString() ?? null,
    lastStatusCode: delivery?.lastStatusCode ?? null,
    lastErrorCode: delivery?.lastErrorCode ?? null,
    clauses: clauses.map(({ subscriptionId, clause, message }) => ({
      subscription: toTypeId('sub', subscriptionId),
      clause,
      message,
    })),
  };
}
