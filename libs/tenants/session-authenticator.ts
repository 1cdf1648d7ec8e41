import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';
import { SessionTokens } from './session-tokens.js';

/** Tells who presents a session's token. A session lives no longer than the key that opened it. */
@Injectable()
export class SessionAuthenticator {
  constructor(
    private readonly db: Database,
    private readonly tokens: SessionTokens,
    private readonly keys: Authenticator,
  ) {}

  /** Null when the session is none of ours, or has ended, or its key has. */
  async browser(token: string): Promise<Principal | null> {
    const read = await this.tokens.read('browser', token);
    const key = read && (await this.keys.authenticateById(read.keyId));
    return key && { ...key, session: read.session, expiresAt: read.expiresAt };
  }

  /** A tenant's portal: as the tenant's own key, cut down to the session's capabilities. Ends with the tenant as well. */
  async portal(token: string): Promise<Principal | null> {
    const read = await this.tokens.read('portal', token);
    const key = read && (await this.keys.authenticateById(read.keyId));
    if (!key || !(await this.isAlive(read.tenantId!))) return null;
    return { ...read, keyName: key.keyName, role: 'tenant', tenantIds: null, eventTypes: null };
  }

  private async isAlive(tenantId: Uuid): Promise<boolean> {
    const sql = 'SELECT FROM tenants WHERE id = $1 AND deleted_at IS NULL';
    return (await this.db.query(sql, [tenantId])).length > 0;
  }
}
