import { ApiProperty } from '@nestjs/swagger';
import { MATCHED_BY, type MatchedBy, type NamedHit, SEARCH_KINDS, type SearchKind } from '#insights';
import { type IdPrefix, toAttemptId, toTypeId, toTypeIdOrNull } from '#kernel';

const PREFIXES: Readonly<Record<Exclude<SearchKind, 'attempt'>, IdPrefix>> = {
  tenant: 'ten',
  endpoint: 'ep',
  subscription: 'sub',
  event: 'evt',
  delivery: 'dlv',
  dead_letter: 'dl',
  replay: 'rpl',
};

/** Something that was found, as one line. */
export class SearchHitResponse {
  @ApiProperty({ type: String, enum: [...SEARCH_KINDS] })
  kind: SearchKind;

  @ApiProperty({ type: String, example: 'evt_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String, description: 'What it is called: a type, a URL, a name.' })
  title: string;

  @ApiProperty({ type: String, nullable: true, description: 'What tells it from its like.' })
  subtitle: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its state in one word; null for what has none.' })
  status: string | null;

  @ApiProperty({ type: String, enum: [...MATCHED_BY], description: 'By which of its properties it was found.' })
  matchedBy: MatchedBy;

  @ApiProperty({ type: String, nullable: true, description: 'Whose it is; null for what is not of one tenant.' })
  tenant: string | null;

  @ApiProperty({ type: String, nullable: true, description: "The tenant's name; null where the key reads no tenants." })
  tenantName: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The endpoint that it is, or is of.' })
  endpoint: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The event that it is, or is of.' })
  event: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The delivery that it is, or is of.' })
  delivery: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;
}

export class SearchResponse {
  @ApiProperty({ type: () => [SearchHitResponse], description: 'The surest matches first, and of those the newest.' })
  data: SearchHitResponse[];
}

export function toSearchHit(hit: NamedHit): SearchHitResponse {
  return {
    kind: hit.kind,
    id: hit.kind === 'attempt' ? toAttemptId(hit.id, hit.number!) : toTypeId(PREFIXES[hit.kind], hit.id),
    title: hit.title,
    subtitle: hit.subtitle,
    status: hit.status,
    matchedBy: hit.matchedBy,
    tenant: toTypeIdOrNull('ten', hit.tenantId),
    tenantName: hit.tenantName,
    endpoint: toTypeIdOrNull('ep', hit.endpointId),
    event: toTypeIdOrNull('evt', hit.eventId),
    delivery: toTypeIdOrNull('dlv', hit.deliveryId),
    createdAt: hit.createdAt.toISOString(),
  };
}
