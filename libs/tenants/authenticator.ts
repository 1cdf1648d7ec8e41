import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { DatabaseClock, type Uuid } from '#kernel';
import { hashKey, isMistyped } from './key-text.js';
import type { Principal } from './principal.js';

/** How long an answer of the database about a key is believed, so that a revoked key dies everywhere within it. */
const BELIEVED_MS = 1_000;

/** Keys remembered at most; each takes a few hundred bytes. */
const REMEMBERED_KEYS = 10_000;

const LAST_USED_GRAIN_MS = 60_000;

/** Why a key opens nothing. For the record alone: who presents it is not told whether it ever opened anything. */
export type KeyRefusal = 'mistyped' | 'unknown' | 'revoked' | 'expired';

interface Known {
  principal: Principal;
  /** Of the clock: when the database said so. */
  readAtMs: number;
  expiresAtMs: number;
}

interface KeyRow extends Omit<Principal, 'session'> {
  hash: Buffer;
  lastUsedAt: Date | null;
  isRevoked: boolean;
}

/** Tells who presents an API key. Runs before everything else on every request, so it asks the database once a second. */
@Injectable()
export class Authenticator {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Promise<Known | KeyRefusal>>();

  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {}

  /** Whose key it is, or why it opens nothing. A key ends with its tenant, too. */
  async authenticate(keyText: string): Promise<Principal | KeyRefusal> {
    const hash = hashKey(keyText);
    const name = hash.toString('base64');
    const known = this.recall(name);
    if (known) return this.ifAlive(known);
    if (isMistyped(keyText)) return 'mistyped';
    return this.ifAlive(await this.ask(name, () => this.load(name, 'hash', hash)));
  }

  /** The same for a key that is known by its id, because a session stands for it. */
  async authenticateById(keyId: Uuid): Promise<Principal | KeyRefusal> {
    return this.ifAlive(this.recall(keyId) ?? (await this.ask(keyId, () => this.load(keyId, 'api_keys.id', keyId))));
  }

  /** Whether this key has opened something here before; it may have ended since. */
  hasSeen(keyText: string): boolean {
    return this.known.has(hashKey(keyText).toString('base64'));
  }

  /** Drops what is remembered of a key, at once: it was revoked here. */
  forget(keyId: Uuid): void {
    for (const [name, { principal }] of this.known) if (principal.keyId === keyId) this.known.delete(name);
  }

  /** The same for all keys of a deleted tenant. */
  forgetTenant(tenantId: Uuid): void {
    for (const [name, { principal }] of this.known) if (principal.tenantId === tenantId) this.known.delete(name);
  }

  private ifAlive(known: Known | KeyRefusal): Principal | KeyRefusal {
    if (typeof known === 'string') return known;
    return known.expiresAtMs > this.clock.now() ? known.principal : 'expired';
  }

  private recall(name: string): Known | null {
    const known = this.known.get(name);
    return known && this.clock.now() - known.readAtMs < BELIEVED_MS ? known : null;
  }

  /** Requests that come together with the same key share one question. */
  private ask(name: string, load: () => Promise<Known | KeyRefusal>): Promise<Known | KeyRefusal> {
    const asked = this.asking.get(name);
    if (asked) return asked;
    const question = load().finally(() => this.asking.delete(name));
    this.asking.set(name, question);
    return question;
  }

  private async load(name: string, column: 'hash' | 'api_keys.id', value: Buffer | Uuid): Promise<Known | KeyRefusal> {
    const [row] = await this.db.query<KeyRow>(
      `SELECT api_keys.id AS "keyId", api_keys.name AS "keyName", role, tenant_id AS "tenantId", tenant_ids AS "tenantIds",
              event_types AS "eventTypes", requests_per_second AS "requestsPerSecond", hash, expires_at AS "expiresAt",
              last_used_at AS "lastUsedAt", revoked_at IS NOT NULL OR tenants.deleted_at IS NOT NULL AS "isRevoked"
         FROM api_keys LEFT JOIN tenants ON tenants.id = tenant_id
        WHERE ${column} = $1`,
      [value],
    );
    const isUnknown = !row || (Buffer.isBuffer(value) && !timingSafeEqual(row.hash, value));
    if (isUnknown || row.isRevoked) {
      this.known.delete(name);
      return isUnknown ? 'unknown' : 'revoked';
    }
    const { hash: _, lastUsedAt, isRevoked: __, ...facts } = row;
    const principal: Principal = { ...facts, session: null };
    const readAtMs = this.clock.now();
    const known = { principal, readAtMs, expiresAtMs: principal.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY };
    this.remember(name, known);
    if (readAtMs - (lastUsedAt?.getTime() ?? 0) > LAST_USED_GRAIN_MS) this.noteUse(principal.keyId);
    return known;
  }

  private remember(name: string, known: Known): void {
    this.known.delete(name);
    this.known.set(name, known);
    if (this.known.size <= REMEMBERED_KEYS) return;
    const [oldest] = this.known.keys();
    this.known.delete(oldest!);
  }

  /** Nobody waits for it, and a use that is not noted is no harm. */
  private noteUse(keyId: Uuid): void {
    const sql = `UPDATE api_keys SET last_used_at = clock_timestamp() WHERE id = $1
      AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')`;
    void this.db.query(sql, [keyId]).catch(() => undefined);
  }
}
