import { ApiProperty } from '@nestjs/swagger';
import { ACTOR_KINDS, type ActorKind, AUDIT_ACTIONS, type AuditAction, type Facts } from '#audit';
import type { AuditEntry } from '#insights';
import { toTypeId, toTypeIdOrNull } from '#kernel';

const MEANINGS = Object.entries(AUDIT_ACTIONS)
  .map(([action, meaning]) => `\`${action}\`: ${meaning}`)
  .join(' ');

export class AuditEntryResponse {
  @ApiProperty({ type: String, example: 'aud_01k9z3m4n5e6f7g8h9j0k1m2n3' })
  id: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({
    enum: ACTOR_KINDS,
    description: '`system`: the platform by itself. `anonymous`: who failed to authenticate.',
  })
  by: ActorKind;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The API key; of a session, the one that it was opened with.',
  })
  key: string | null;

  @ApiProperty({ type: String, nullable: true })
  keyName: string | null;

  @ApiProperty({ type: String, nullable: true, description: "The `jti` of a session's token." })
  session: string | null;

  @ApiProperty({ type: String, nullable: true })
  role: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'On whose behalf, as the caller said in `Posthorn-Actor`.',
  })
  actor: string | null;

  @ApiProperty({ enum: Object.keys(AUDIT_ACTIONS), description: MEANINGS })
  action: AuditAction;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What was changed: its id, or the name of an event type; null for the platform.',
  })
  object: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Whose it is; null for what is of the platform.' })
  tenant: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'What was, of a change only what it has changed; null where there was nothing. Secrets and credentials stand as ' +
      'fingerprints: the same value has the same.',
  })
  before: Facts | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What is since then, in the same way; null where there is nothing any more.',
  })
  after: Facts | null;

  @ApiProperty({ type: String, nullable: true, description: 'The `requestId` of the request that did it.' })
  requestId: string | null;

  @ApiProperty({ type: String, nullable: true })
  remoteAddress: string | null;
}

export function toAuditEntryResponse(entry: AuditEntry): AuditEntryResponse {
  return {
    id: toTypeId('aud', entry.id),
    createdAt: entry.createdAt.toISOString(),
    by: entry.actorKind,
    key: toTypeIdOrNull('key', entry.apiKeyId),
    keyName: entry.apiKeyName,
    session: entry.sessionId,
    role: entry.role,
    actor: entry.onBehalfOf,
    action: entry.action,
    object: entry.object,
    tenant: toTypeIdOrNull('ten', entry.tenantId),
    before: entry.before,
    after: entry.after,
    requestId: entry.requestId,
    remoteAddress: entry.remoteAddress,
  };
}
