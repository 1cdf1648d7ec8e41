import { useStore } from '../api/store.js';
import { type Permission, type Session, sessionState } from './session.js';

/** Who is signed in. Only below the door: where somebody is. */
export function useSession(): Session {
  const state = useStore(sessionState);
  if (state.kind === 'signed-in' || state.kind === 'expired') return state.session;
  throw new Error('Nobody is signed in.');
}

/** What the one who is signed in may do. The API decides; here only what is shown. */
export function useMay(): (permission: Permission) => boolean {
  const session = useSession();
  return (permission) => may(session, permission);
}

export function may({ permissions }: Session, permission: Permission): boolean {
  return permissions.includes(permission);
}
