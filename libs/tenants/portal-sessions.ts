import { Injectable } from '@nestjs/common';
import { type Actor, recordChange } from '#audit';
import { Database } from '#database';
import { toTypeId, type Uuid } from '#kernel';
import type { Capability } from './principal.js';
import { type IssuedSession, SessionTokens } from './session-tokens.js';

export interface AskedPortalSession {
  readonly tenantId: Uuid;
  /** The key that it is opened with, and ends with. */
  readonly keyId: Uuid;
  readonly capabilities: readonly Capability[];
  readonly lifetimeSeconds: number;
}

/** Opens tenants' portals. A session is nowhere but in its token; that it was opened is on record. */
@Injectable()
export class PortalSessions {
  constructor(
    private readonly db: Database,
    private readonly tokens: SessionTokens,
  ) {}

  async open(
    by: Actor,
    { tenantId, keyId, capabilities, lifetimeSeconds }: AskedPortalSession,
  ): Promise<IssuedSession> {
    const issued = await this.tokens.issue({ kind: 'portal', keyId, tenantId, capabilities }, lifetimeSeconds);
    await recordChange(this.db, by, {
      action: 'portal_session.opened',
      object: toTypeId('ten', tenantId),
      tenantId,
      after: { capabilities: [...capabilities], expiresAt: issued.expiresAt.toISOString() },
    });
    return issued;
  }
}
