import { api, installSession } from '../api/client.js';
import { Store } from '../api/store.js';

export type Role = 'admin' | 'publisher' | 'support' | 'tenant';

export type Permission =
  | 'api-keys:read'
  | 'api-keys:write'
  | 'audit:read'
  | 'deliveries:act'
  | 'deliveries:read'
  | 'endpoints:operate'
  | 'endpoints:read'
  | 'endpoints:write'
  | 'event-types:read'
  | 'event-types:write'
  | 'events:cancel'
  | 'events:erase'
  | 'events:read'
  | 'events:share'
  | 'replays:read'
  | 'replays:write'
  | 'search:read'
  | 'stats:read'
  | 'live:read'
  | 'platform:pause'
  | 'portal-sessions:write'
  | 'secrets:read'
  | 'secrets:write'
  | 'subscriptions:read'
  | 'subscriptions:write'
  | 'tenants:pause'
  | 'tenants:read'
  | 'tenants:write';

/** Who is signed in, and what they may do. */
export interface Session {
  readonly kind: 'api_key' | 'browser' | 'portal';
  readonly role: Role;
  /** The one tenant whose objects a tenant's key or a portal session sees. */
  readonly tenant: string | null;
  readonly permissions: readonly Permission[];
  readonly expiresAt: string | null;
  /** How the tenant's portal looks; null where it is bound to no tenant. */
  readonly portal: { readonly name: string; readonly logoUrl: string | null; readonly color: string | null } | null;
}

export type SessionState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'signed-out'; readonly reason: string | null }
  | { readonly kind: 'signed-in'; readonly session: Session }
  /** It has ended mid-work: what is on the screen stays, under the question for a key. */
  | { readonly kind: 'expired'; readonly session: Session };

export const sessionState = new Store<SessionState>({ kind: 'starting' });

/** A key or a portal's token that stays in this tab, and is gone with it; null where a cookie holds the session. */
let keyInMemory: string | null = null;
/** Calls that wait for somebody to sign in again. */
let waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

/** The cookie counts only beside this header, which no form of another site can send. */
const CONSOLE_HEADER = { 'posthorn-console': '1' };

export function startSession(): void {
  installSession({
    headers: () => (keyInMemory === null ? CONSOLE_HEADER : { authorization: `Bearer ${keyInMemory}` }),
    signInAgain,
  });
}

/** Says that there may be a cookie, which no script can see. */
const HAS_COOKIE = 'posthorn-has-session';

/** Takes up the session that there is: a portal's token, or the browser's cookie. */
export async function resumeSession(token: string | null): Promise<void> {
  keyInMemory = token;
  const isWorthAsking = token !== null || localStorage.getItem(HAS_COOKIE) !== null;
  const session = isWorthAsking ? await api.get<Session>('/v1/session').catch(() => null) : null;
  sessionState.set(session === null ? { kind: 'signed-out', reason: null } : { kind: 'signed-in', session });
}

/** `isKept`: in a cookie that scripts cannot read, until it expires; otherwise in this tab's memory alone. */
export async function signIn(key: string, isKept: boolean): Promise<void> {
  keyInMemory = isKept ? null : key;
  const session = await begin(key, isKept).catch((error: unknown) => {
    keyInMemory = null;
    throw error;
  });
  if (isKept) localStorage.setItem(HAS_COOKIE, 'yes');
  sessionState.set({ kind: 'signed-in', session });
  settle((call) => call.resolve());
}

function begin(key: string, isKept: boolean): Promise<Session> {
  return isKept ? api.post<Session>('/v1/session', { key }) : api.get<Session>('/v1/session');
}

export async function signOut(): Promise<void> {
  if (keyInMemory === null) await api.delete('/v1/session').catch(() => undefined);
  keyInMemory = null;
  localStorage.removeItem(HAS_COOKIE);
  sessionState.set({ kind: 'signed-out', reason: null });
  settle((call) => call.reject(new Error('Signed out.')));
}

function signInAgain(): Promise<void> {
  const state = sessionState.value;
  if (state.kind === 'signed-in') sessionState.set({ kind: 'expired', session: state.session });
  if (state.kind === 'starting' || state.kind === 'signed-out') return Promise.reject(new Error('Not signed in.'));
  return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
}

function settle(act: (call: (typeof waiting)[number]) => void): void {
  const calls = waiting;
  waiting = [];
  for (const call of calls) act(call);
}
