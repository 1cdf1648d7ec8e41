import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Actor } from '#audit';
import { Database, type Executor, raiseConfigVersion } from '#database';
import { DatabaseClock, newUuid, PosthornError, type Uuid } from '#kernel';
import { CHALLENGE_LIFE_MS, decideChallengeWait } from '#policy';
import { ofEndpoint, statusFacts } from './audited.js';
import {
  countWrongAnswer,
  findOpenChallenge,
  findSentChallenges,
  insertChallenge,
  useChallenge,
} from './challenge-rows.js';
import { CircuitStore } from './circuit-store.js';
import { recordVersion } from './endpoint-history.js';
import { type EndpointRow, lockEndpoint, markProven } from './endpoint-rows.js';
import { digestChallenge, isAwaitingProof, isChallenge, isProven, ownershipOf } from './ownership.js';
import { refuseFields } from './refuse.js';
import { restartTimetable } from './slot-store.js';
import { changeTenant } from './tenant-change.js';

/** A challenge that is about to be sent. */
export interface Challenge {
  readonly id: Uuid;
  /** 256 random bits as base64url. */
  readonly text: string;
  readonly digest: Buffer;
  readonly expiresAt: Date;
  /** Of the endpoint whose URL it is for: to no other may it be sent. */
  readonly endpointVersion: number;
}

/** By whom a challenge came back. */
type ProvenBy = 'answer' | 'person';

const CHALLENGE_BYTES = 32;

/**
 * Proofs that endpoints want their traffic. A challenge is kept as its digest only, proves one URL of one endpoint, and does
 * so once. How many are sent is decided here, under the tenant's lock, before any is.
 */
@Injectable()
export class OwnershipStore {
  private readonly circuits: CircuitStore;

  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {
    this.circuits = new CircuitStore(db);
  }

  /**
   * A challenge for the endpoint's URL, or null where that is proven. Throws `not_found`, and `rate_limited` when too many
   * have come to nothing.
   */
  ask(tenantId: Uuid, endpointId: Uuid): Promise<Challenge | null> {
    return changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      if (isProven(endpoint)) return null;
      const nowMs = this.clock.now();
      const waitMs = decideChallengeWait(await findSentChallenges(tx, tenantId, nowMs), endpointId, nowMs);
      if (waitMs > 0) {
        throw new PosthornError('rate_limited', 'Too many challenges have come to nothing.', {
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        });
      }
      const text = randomBytes(CHALLENGE_BYTES).toString('base64url');
      const [createdAt, expiresAt] = [new Date(nowMs), new Date(nowMs + CHALLENGE_LIFE_MS)];
      const [id, digest] = [newUuid(nowMs), digestChallenge(text)];
      await insertChallenge(tx, { id, tenantId, endpointId, url: endpoint.url, digest, createdAt, expiresAt });
      return { id, text, digest, expiresAt, endpointVersion: endpoint.version };
    });
  }

  /** The receiver has answered with the challenge. False when the URL is another one by now. Throws `not_found`. */
  proveByAnswer(by: Actor, tenantId: Uuid, endpointId: Uuid, challengeId: Uuid): Promise<boolean> {
    return changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      return this.proveIn(tx, by, endpoint, challengeId, 'answer');
    });
  }

  /**
   * Somebody says what the challenge was that the receiver got last. Nothing, where the URL is proven. Throws `not_found`, and
   * `validation_failed` when it is not that, or that one is used up, over, or was guessed at too often.
   */
  async proveByPerson(by: Actor, tenantId: Uuid, endpointId: Uuid, text: string): Promise<void> {
    // A wrong answer is counted, so the refusal must not undo the transaction.
    const isRight = await changeTenant(this.db, tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      if (isProven(endpoint)) return true;
      const open = await findOpenChallenge(tx, tenantId, endpointId, endpoint.url);
      if (open === null) return false;
      if (isChallenge(text, open.digest)) return this.proveIn(tx, by, endpoint, open.id, 'person');
      await countWrongAnswer(tx, open.id);
      return false;
    });
    if (isRight) return;
    const message = 'is not that of the last request to this URL, or that can no longer be used; ask for another';
    refuseFields([{ pointer: '/challenge', code: 'invalid', message }]);
  }

  private async proveIn(
    tx: Executor,
    by: Actor,
    endpoint: EndpointRow,
    challengeId: Uuid,
    provenBy: ProvenBy,
  ): Promise<boolean> {
    if (!(await useChallenge(tx, challengeId, endpoint.url))) return false;
    if (isProven(endpoint)) return true;
    if (isAwaitingProof(endpoint)) {
      await this.circuits.reset(endpoint.id, 'The endpoint was verified.', tx);
      await restartTimetable(tx, endpoint.id);
    }
    const written = await markProven(tx, endpoint.id);
    await raiseConfigVersion(tx, endpoint.tenant_id);
    const before = { ...statusFacts(endpoint), ownership: ownershipOf(endpoint).state };
    const after = { ...statusFacts(written), ownership: 'verified', url: written.url, provenBy };
    await recordVersion(tx, by, endpoint.id, { action: 'endpoint.verified', ...ofEndpoint(written), before, after });
    return true;
  }
}
