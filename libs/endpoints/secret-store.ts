import { Injectable } from '@nestjs/common';
import { type Actor, type AuditAction, SYSTEM } from '#audit';
import { Database, type Executor, raiseConfigVersion } from '#database';
import { DatabaseClock, KeyRing, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';
import { decideScheduledSecret } from '#policy';
import { type KeyKind, kindOf, toSigningKey } from '#signing';
import { ofEndpoint, secretFacts } from './audited.js';
import { readBrought, refuseOtherKind, type SecretChoice } from './choose-secret.js';
import { recordVersion } from './endpoint-history.js';
import { type EndpointRow, lockEndpoint, noSuchEndpoint, touchEndpoint } from './endpoint-rows.js';
import { refuseFields } from './refuse.js';
import { generateSecret, isSameKey, type SecretText } from './secret-encoding.js';
import {
  type EndpointSecret,
  endSecret,
  findSecrets,
  insertSecret,
  limitSecrets,
  moveSecretEnd,
  ofKind,
} from './secret-rows.js';
import { decideRevocation, MAX_SECRETS } from './secret-succession.js';
import { keyKindsOf } from './signing-rules.js';
import { changeTenant } from './tenant-change.js';

export interface Rotation extends SecretChoice {
  /** Which kind of key it is, where the endpoint signs with both and none is brought along; HMAC's unless given. */
  readonly kind?: KeyKind | null;
  /** From when the new secret signs; now unless given. */
  readonly activatesAt?: Date | null;
  /** How long the older secrets go on signing after that. */
  readonly graceSeconds?: number | null;
}

/** What verifies the signatures of one secret. */
export interface PublicKey {
  readonly id: Uuid;
  /** Ed25519: 32 bytes. */
  readonly bytes: Buffer;
}

export const DEFAULT_GRACE_SECONDS = 86_400;
export const MAX_GRACE_SECONDS = 30 * 86_400;

const MAX_WAIT_MS = 365 * 86_400_000;
/** Clocks differ: a moment that has just passed means now. */
const TOLERATED_PAST_MS = 300_000;

/**
 * The secrets that an endpoint's requests are signed with. Every live one signs, newest first, where a scheme has several
 * signatures; elsewhere the newest live one. There is always at least one of each kind that its schemes sign with, and each
 * kind has a succession of its own. Every change is put on record. Throws {@link PosthornError}:
 * `not_found`, `conflict`, `limit_exceeded`, `validation_failed`.
 */
@Injectable()
export class SecretStore {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly keyRing: KeyRing,
  ) {}

  /** The secrets that have not expired, newest first. */
  async list(tenantId: Uuid, endpointId: Uuid): Promise<EndpointSecret[]> {
    const [endpoint] = await this.db.query(
      `SELECT 1 FROM endpoints WHERE id = $1 AND tenant_id = $2 AND deleted_at IS NULL`,
      [endpointId, tenantId],
    );
    if (!endpoint) throw noSuchEndpoint(endpointId);
    return findSecrets(this.db, this.keyRing, endpointId);
  }

  /** Of an endpoint's Ed25519 secrets that have not expired, newest first; none where there is no such endpoint. */
  async findPublicKeys(endpointId: Uuid): Promise<PublicKey[]> {
    const secrets = ofKind(await findSecrets(this.db, this.keyRing, endpointId), 'ed25519');
    return secrets.flatMap(({ id, secret, encoding }) => {
      const key = toSigningKey(secret, encoding);
      return key.kind === 'ed25519' ? [{ id, bytes: key.publicKey }] : [];
    });
  }

  /** Adds a secret and gives the older ones their end. Only one secret may wait for its time. */
  async rotate(by: Actor, tenantId: Uuid, endpointId: Uuid, rotation: Rotation): Promise<EndpointSecret> {
    const activatesAt = this.chooseActivation(rotation.activatesAt ?? null);
    return changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      const before = await findSecrets(tx, this.keyRing, endpointId);
      const secret = chooseNext(rotation, endpoint);
      const kind = kindOf(secret.encoding);
      this.refuseRotation(ofKind(before, kind), secret);
      await this.succeed(tx, endpointId, secret, activatesAt, rotation.graceSeconds ?? null);
      await touchEndpoint(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      const [newest] = await this.record(tx, by, 'secret.rotated', endpoint, before);
      return newest!;
    });
  }

  /**
   * Makes the secrets that the endpoint's schedule asks for, one of each kind at most; answers how many. What is asked for is
   * decided anew with the endpoint locked, so that it is made once, whoever else looks at the same time.
   */
  async rotateAsScheduled(tenantId: Uuid, endpointId: Uuid): Promise<number> {
    return changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      const before = await findSecrets(tx, this.keyRing, endpointId);
      const due = keyKindsOf(endpoint.signing).flatMap((kind) => this.findDue(endpoint, kind, ofKind(before, kind)));
      for (const { kind, activatesAt } of due) {
        await this.succeed(tx, endpointId, generateSecret(kind), activatesAt, endpoint.rotation_grace_seconds);
      }
      if (due.length === 0) return 0;
      await touchEndpoint(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      await this.record(tx, SYSTEM, 'secret.rotated', endpoint, before);
      return due.length;
    });
  }

  /** Ends a secret now. Never the last live one of a kind that signs; when a newer one goes, the one before lives on in its stead. */
  async revoke(by: Actor, tenantId: Uuid, endpointId: Uuid, secretId: Uuid): Promise<void> {
    await changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      const secrets = await findSecrets(tx, this.keyRing, endpointId);
      const secret = secrets.find(({ id }) => id === secretId);
      if (!secret) {
        throw new PosthornError('not_found', `There is no secret ${toTypeId('sec', secretId)} that has not expired.`);
      }
      const kind = kindOf(secret.encoding);
      if (keyKindsOf(endpoint.signing).includes(kind)) await this.carryOn(tx, ofKind(secrets, kind), secretId);
      await endSecret(tx, secretId);
      await touchEndpoint(tx, endpointId);
      await raiseConfigVersion(tx, tenantId);
      await this.record(tx, by, 'secret.revoked', endpoint, secrets);
    });
  }

  private findDue(
    { rotate_secrets_every_days: everyDays }: EndpointRow,
    kind: KeyKind,
    secrets: readonly EndpointSecret[],
  ): { kind: KeyKind; activatesAt: Date }[] {
    const newest = secrets.find(({ isLive }) => isLive);
    if (everyDays === null || newest === undefined) return [];
    const facts = {
      everyDays,
      activeSinceMs: newest.activatesAt.getTime(),
      hasWaiting: secrets.some(({ isLive }) => !isLive),
      count: secrets.length,
    };
    const atMs = decideScheduledSecret(facts, MAX_SECRETS, this.clock.now());
    return atMs === null ? [] : [{ kind, activatesAt: new Date(atMs) }];
  }

  /** Gives the older secrets of its kind their end, and adds the new one. */
  private async succeed(
    tx: Executor,
    endpointId: Uuid,
    secret: SecretText,
    activatesAt: Date | null,
    graceSeconds: number | null,
  ): Promise<void> {
    const kind = kindOf(secret.encoding);
    await limitSecrets(tx, endpointId, kind, activatesAt, graceSeconds ?? DEFAULT_GRACE_SECONDS);
    const id = newUuid(this.clock.now());
    await insertSecret(tx, this.keyRing, { id, endpointId, activatesAt, isRotation: true }, secret);
  }

  /** Answers what secrets there are now. */
  private async record(
    tx: Executor,
    by: Actor,
    action: AuditAction,
    endpoint: EndpointRow,
    before: readonly EndpointSecret[],
  ): Promise<EndpointSecret[]> {
    const now = await findSecrets(tx, this.keyRing, endpoint.id);
    const facts = { before: secretFacts(before, this.keyRing), after: secretFacts(now, this.keyRing) };
    await recordVersion(tx, by, endpoint.id, { action, ...ofEndpoint(endpoint), ...facts });
    return now;
  }

  private async carryOn(tx: Executor, secrets: readonly EndpointSecret[], secretId: Uuid): Promise<void> {
    const decision = decideRevocation(secrets, secretId);
    switch (decision.kind) {
      case 'revoke':
        return;
      case 'inherit':
        return moveSecretEnd(tx, decision.heirId, decision.expiresAt);
      case 'last':
        throw new PosthornError(
          'conflict',
          'This is the last live secret, and nothing is sent unsigned: rotate first, then revoke it.',
        );
    }
  }

  private refuseRotation(secrets: readonly EndpointSecret[], secret: SecretText): void {
    const pending = secrets.find(({ isLive }) => !isLive);
    if (pending) {
      const id = toTypeId('sec', pending.id);
      throw new PosthornError('conflict', `The secret ${id} still waits for its time; revoke it to rotate anew.`);
    }
    if (secrets.some((one) => isSameKey(one, secret))) {
      refuseFields([{ pointer: '/secret', code: 'invalid', message: 'is a secret that the endpoint has already' }]);
    }
    if (secrets.length >= MAX_SECRETS) {
      throw new PosthornError('limit_exceeded', `The endpoint has ${MAX_SECRETS} secrets; revoke one first.`);
    }
  }

  private chooseActivation(activatesAt: Date | null): Date | null {
    if (activatesAt === null) return null;
    const waitMs = activatesAt.getTime() - this.clock.now();
    if (waitMs < -TOLERATED_PAST_MS || waitMs > MAX_WAIT_MS) {
      const message = 'must lie in the future, at most 365 days from now';
      refuseFields([{ pointer: '/activatesAt', code: 'out_of_range', message }]);
    }
    return waitMs <= 0 ? null : activatesAt;
  }
}

function chooseNext(rotation: Rotation, { signing }: EndpointRow): SecretText {
  const kinds = keyKindsOf(signing);
  const brought = readBrought(rotation);
  const kind = rotation.kind ?? (brought === null ? kinds[0]! : kindOf(brought.encoding));
  const secret = brought ?? generateSecret(kind);
  if (kind !== kindOf(secret.encoding)) {
    refuseFields([{ pointer: '/kind', code: 'invalid', message: 'is not that of the secret' }]);
  }
  if (brought !== null) refuseOtherKind(brought, kinds);
  if (!kinds.includes(kind)) {
    refuseFields([{ pointer: '/kind', code: 'invalid', message: 'is one that the endpoint does not sign with' }]);
  }
  return secret;
}
