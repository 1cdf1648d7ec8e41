export { type ApiKeyRow, ApiKeyStore, type NewApiKey } from './api-key-store.js';
export { Authenticator, type KeyRefusal } from './authenticator.js';
export { type Begun, IdempotencyStore, type IdempotentRequest, type KeptAnswer } from './idempotency-store.js';
export { type PayloadErasure, PayloadErasureStore } from './payload-erasure.store.js';
export { type AskedPortalSession, PortalSessions } from './portal-sessions.js';
export {
  CAPABILITIES,
  type Capability,
  type Principal,
  ROLES,
  type Role,
  seesTenant,
  type Session,
} from './principal.js';
export { recognisablePart } from './key-text.js';
export { SessionAuthenticator } from './session-authenticator.js';
export { type IssuedSession, type SessionClaims, type SessionRefusal, SessionTokens } from './session-tokens.js';
export { SWITCHES_CHANNEL, SwitchStore } from './switch-store.js';
export {
  type PortalTheme,
  TenantEffects,
  type TenantInput,
  type TenantRow,
  type TenantSettings,
  TenantStore,
} from './tenant-store.js';
