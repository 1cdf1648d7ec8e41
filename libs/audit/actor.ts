import type { Uuid } from '#kernel';

export const ACTOR_KINDS = [
  'api_key',
  'browser_session',
  'portal_session',
  'command_line',
  'system',
  'anonymous',
] as const;

/**
 * `system` is the platform itself, as when it disables an endpoint that has failed for days; `anonymous` whoever could not
 * say who they are.
 */
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who makes a change. The first argument of everything that makes one. */
export interface Actor {
  readonly kind: ActorKind;
  /** The API key, or the one that a session was opened with; null where none was needed. */
  readonly keyId: Uuid | null;
  readonly keyName: string | null;
  readonly sessionId: Uuid | null;
  readonly role: string | null;
  /** On whose behalf the caller says that it acts (`Posthorn-Actor`): believed, for the key is trusted to know. */
  readonly onBehalfOf: string | null;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
}

const NOBODY_ELSE = {
  keyId: null,
  keyName: null,
  sessionId: null,
  role: null,
  onBehalfOf: null,
  requestId: null,
  remoteAddress: null,
} as const;

/** The platform itself. */
export const SYSTEM: Actor = { kind: 'system', ...NOBODY_ELSE };

/** Somebody at this address, whom nothing is known of. */
export function anonymousAt(remoteAddress: string | null): Actor {
  return { kind: 'anonymous', ...NOBODY_ELSE, remoteAddress };
}

/** Whoever may run `posthorn` on a machine that has the database's password. */
export const COMMAND_LINE: Actor = { kind: 'command_line', ...NOBODY_ELSE };
