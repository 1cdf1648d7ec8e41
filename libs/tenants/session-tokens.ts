import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload, SignJWT } from 'jose';
import { DatabaseClock, KeyRing, newUuid, parseTypeId, toTypeId, type Uuid } from '#kernel';
import { CAPABILITIES, type Capability, type Session } from './principal.js';

/** What a token says; it is signed, not secret. */
export interface SessionClaims {
  kind: Session['kind'];
  /** The key that the session was opened with, and ends with. */
  keyId: Uuid;
  /** Whose portal it is; null for a browser session, which is its key's. */
  tenantId: Uuid | null;
  capabilities: readonly Capability[] | null;
}

/** A session as its token tells of it. */
export interface ReadSession {
  keyId: Uuid;
  tenantId: Uuid | null;
  session: Session;
  expiresAt: Date;
}

/** `ended`: it was one of ours, or may have been, for its key is off the ring by now. `forged`: it never was. */
export type SessionRefusal = 'ended' | 'forged';

export interface IssuedSession {
  token: string;
  session: Session;
  expiresAt: Date;
}

const ALGORITHM = 'HS256';
const ISSUER = 'posthorn';

/**
 * Tokens of sessions: JWTs under keys that are derived from the encryption key ring, one for each kind of session, so
 * that a token of one kind is none of the other. `kid` names the key of the ring: rotating the ring leaves sessions alive
 * as long as the old key stands on it.
 */
@Injectable()
export class SessionTokens {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly clock: DatabaseClock,
  ) {}

  async issue(claims: SessionClaims, lifetimeSeconds: number): Promise<IssuedSession> {
    const { kind, keyId, tenantId, capabilities } = claims;
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const endSeconds = nowSeconds + lifetimeSeconds;
    const id = newUuid(this.clock.now());
    const payload = {
      key: toTypeId('key', keyId),
      ...(tenantId === null ? {} : { tenant: toTypeId('ten', tenantId) }),
      ...(capabilities === null ? {} : { capabilities }),
    };
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: this.keyRing.currentId })
      .setIssuer(ISSUER)
      .setAudience(kind)
      .setJti(id)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(endSeconds)
      .sign(this.keyRing.derive(this.keyRing.currentId, purposeOf(kind))!);
    return { token, session: { id, kind, capabilities }, expiresAt: new Date(endSeconds * 1000) };
  }

  /** What a living token of this kind, and of our making, says; else why it says nothing. */
  async read(kind: Session['kind'], token: string): Promise<ReadSession | SessionRefusal> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kind, kid), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: kind,
        requiredClaims: ['jti', 'exp', 'key'],
        currentDate: new Date(this.clock.now()),
      });
      return toSession(kind, payload);
    } catch (error) {
      // Its time is looked at after its signature.
      if (error instanceof errors.JWTExpired || error instanceof KeyOffRing) return 'ended';
      if (error instanceof errors.JOSEError) return 'forged';
      throw error;
    }
  }

  private keyOf(kind: Session['kind'], kid: string | undefined): Uint8Array {
    if (kid === undefined) throw new errors.JWSInvalid('names no key');
    const key = this.keyRing.derive(kid, purposeOf(kind));
    if (key === null) throw new KeyOffRing(`"${kid}" is not on the ring`);
    return key;
  }
}

/** Nobody can tell any more whether the token was ours; most likely it was. */
class KeyOffRing extends Error {}

const purposeOf = (kind: Session['kind']): string => `${kind} sessions`;

function toSession(kind: Session['kind'], payload: JWTPayload): ReadSession | SessionRefusal {
  const { jti, exp, key, tenant, capabilities } = payload;
  const keyId = typeof key === 'string' ? parseTypeId('key', key) : null;
  const tenantId = typeof tenant === 'string' ? parseTypeId('ten', tenant) : null;
  if (keyId === null || (kind === 'portal') !== (tenantId !== null)) return 'forged';
  // One that this version does not know is not given.
  const known = Array.isArray(capabilities) ? CAPABILITIES.filter((one) => capabilities.includes(one)) : [];
  const session = { id: jti!, kind, capabilities: kind === 'portal' ? known : null };
  return { keyId, tenantId, session, expiresAt: new Date(exp! * 1000) };
}
