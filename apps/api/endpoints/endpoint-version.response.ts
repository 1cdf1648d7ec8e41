import { ApiProperty } from '@nestjs/swagger';
import { ACTOR_KINDS, type ActorKind, AUDIT_ACTIONS, type AuditAction } from '#audit';
import type { EndpointVersion, PastSettings } from '#endpoints';
import { toTypeIdOrNull } from '#kernel';
import { SubscriptionResponse, toSubscriptionResponse } from '../subscriptions/subscription.response.js';

/** What is null of a version that was kept before there was a history says so by that. */
export class EndpointVersionResponse {
  @ApiProperty({ type: 'integer' })
  version: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ enum: Object.keys(AUDIT_ACTIONS), nullable: true, description: 'What made this version.' })
  action: AuditAction | null;

  @ApiProperty({ enum: ACTOR_KINDS, nullable: true, description: '`system`: the platform by itself.' })
  by: ActorKind | null;

  @ApiProperty({ type: String, nullable: true, description: 'The API key that made it.' })
  key: string | null;

  @ApiProperty({ type: String, nullable: true })
  keyName: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'On whose behalf: the `Posthorn-Actor` of the request.' })
  actor: string | null;

  @ApiProperty({
    type: [String],
    description:
      'What differs from the version before: names of settings, and `subscriptions`. Secrets have no names here.',
  })
  changed: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'The endpoint as it was; secrets of `auth` and `tls`, and credentials among its headers, are masked.',
  })
  endpoint: PastSettings | null;

  @ApiProperty({ type: [SubscriptionResponse], nullable: true, description: 'Its subscriptions as they were.' })
  subscriptions: SubscriptionResponse[] | null;
}

export function toEndpointVersionResponse(version: EndpointVersion): EndpointVersionResponse {
  return {
    version: version.version,
    createdAt: version.createdAt.toISOString(),
    action: version.action,
    by: version.actorKind,
    key: toTypeIdOrNull('key', version.apiKeyId),
    keyName: version.apiKeyName,
    actor: version.onBehalfOf,
    changed: [...version.changed],
    endpoint: version.settings,
    subscriptions: version.subscriptions?.map(toSubscriptionResponse) ?? null,
  };
}
