import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';
import { type SessionRefusal, SessionTokens } from './session-tokens.js';

/** Tells who presents a session's token. A session lives no longer than the key that opened it. */
@Injectable()
export class SessionAuthenticator {
  constructor(
    private readonly db: Database,
    private readonly tokens: SessionTokens,
    private readonly keys: Authenticator,
  ) {}

  /** Whose session it is, or why it opens nothing. */
  async browser(token: string): Promise<Principal | SessionRefusal> {
    const read = await this.tokens.read('browser', token);
    if (typeof read === 'string') return read;
    const key = await this.keys.authenticateById(read.keyId);
    return typeof key === 'string' ? 'ended' : { ...key, session: read.session, expiresAt: read.expiresAt };
  }

  /** A tenant's portal: as the tenant's own key, cut down to the session's capabilities. Ends with the tenant as well. */
  async portal(token: string): Promise<Principal | SessionRefusal> {
    const read = await this.tokens.read('portal', token);
    if (typeof read === 'string') return read;
    const key = await this.keys.authenticateById(read.keyId);
    if (typeof key === 'string' || !(await this.isAlive(read.tenantId!))) return 'ended';
    const { keyName, requestsPerSecond } = key;
    return { ...read, keyName, requestsPerSecond, role: 'tenant', tenantIds: null, eventTypes: null };
  }

  private async isAlive(tenantId: Uuid): Promise<boolean> {
    const sql = 'SELECT FROM tenants WHERE id = $1 AND deleted_at IS NULL';
    return (await this.db.query(sql, [tenantId])).length > 0;
  }
}
