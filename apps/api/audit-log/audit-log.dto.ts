import { ACTOR_KINDS, type ActorKind, AUDIT_ACTIONS, type AuditAction } from '#audit';
import { PageQuery, QueryText, QueryWord } from '../http/page-query.dto.js';

export class ListAuditLogQuery extends PageQuery {
  @QueryText('Id (`ten_…`, of a deleted tenant too) or uid of the tenant whose things were changed.')
  tenant?: string;

  @QueryText('What the caller said in `Posthorn-Actor`, exactly.')
  actor?: string;

  @QueryText('Id (`key_…`) of the API key, one that was revoked too.')
  key?: string;

  @QueryWord('What kind of caller it was.', ACTOR_KINDS)
  by?: ActorKind;

  @QueryWord('What was done.', Object.keys(AUDIT_ACTIONS))
  action?: AuditAction;

  @QueryText('What was changed: its id, or the name of an event type. Secrets belong to their endpoint.')
  object?: string;
}
