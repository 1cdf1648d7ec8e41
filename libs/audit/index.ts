export { ACTOR_KINDS, type Actor, type ActorKind, anonymousAt, COMMAND_LINE, SYSTEM } from './actor.js';
export { AUDIT_ACTIONS, type AuditAction } from './audit-action.js';
export type { Facts } from './difference.js';
export { type Change, recordChange, recordEntriesOf, toEntry } from './record-change.js';
