import type { Actor } from '#audit';
import { type Challenge, isChallenge, type OwnershipStore, type SendTarget } from '#endpoints';
import { PosthornError, toTypeId, type Uuid } from '#kernel';
import { readChallengeAnswer, VERIFICATION_EVENT_TYPE } from '#policy';
import type { SendResult } from '#transport';
import type { TestEvent, TestSender } from './test-sender.js';

/** Whether an endpoint has proven that it wants the traffic. */
export interface Verification {
  readonly isVerified: boolean;
  /** In words, with what to do about it. */
  readonly detail: string;
  /** The request that the challenge went with; null where none was needed. */
  readonly deliveryId: Uuid | null;
  /** Until when a person may answer in the receiver's stead; null where there is nothing left to answer. */
  readonly challengeExpiresAt: Date | null;
}

/** A member of the request's data beside the challenge: an answer that has it too is the request, sent back. */
const BESIDE = 'endpoint';

/**
 * Has endpoints prove that they want their traffic: the receiver is sent a challenge in a real, signed event, and answers with
 * it; or a person does who can read what the receiver got.
 */
export class OwnershipVerifier {
  constructor(
    private readonly store: OwnershipStore,
    private readonly tests: TestSender,
  ) {}

  /**
   * Sends a challenge now and sees whether it comes back. Sends nothing when the URL is proven. Throws `not_found`,
   * `rate_limited`, and `conflict` when the endpoint was changed meanwhile.
   */
  async challenge(by: Actor, tenantId: Uuid, endpointId: Uuid, requestedBy: Uuid): Promise<Verification> {
    const challenge = await this.store.ask(tenantId, endpointId);
    if (challenge === null) return ALREADY;
    const target = await this.loadAsked(endpointId, challenge);
    const { deliveryId, result } = await this.tests.sendTo(target, requestedBy, this.newEvent(endpointId, challenge));
    const refusal = judgeAnswer(result, challenge);
    if (refusal !== null) {
      return { isVerified: false, detail: refusal, deliveryId, challengeExpiresAt: challenge.expiresAt };
    }
    const isVerified = await this.store.proveByAnswer(by, tenantId, endpointId, challenge.id);
    return { isVerified, detail: isVerified ? ANSWERED : CHANGED, deliveryId, challengeExpiresAt: null };
  }

  /** A person says what the challenge was that the receiver got last. Throws `not_found`, and `validation_failed` if it was not. */
  async prove(by: Actor, tenantId: Uuid, endpointId: Uuid, challenge: string): Promise<Verification> {
    await this.store.proveByPerson(by, tenantId, endpointId, challenge);
    return { ...ALREADY, detail: 'The challenge was the one that was sent.' };
  }

  /** Exactly what the challenge is for: one that was turned elsewhere for a moment must not get to see it. */
  private async loadAsked(endpointId: Uuid, { endpointVersion }: Challenge): Promise<SendTarget> {
    const target = await this.tests.loadUnproven(endpointId);
    if (target.version === endpointVersion) return target;
    throw new PosthornError('conflict', 'The endpoint was changed while the challenge was made; ask again.');
  }

  private newEvent(endpointId: Uuid, { text, expiresAt }: Challenge): TestEvent {
    const data = { challenge: text, [BESIDE]: toTypeId('ep', endpointId), expiresAt: expiresAt.toISOString() };
    return this.tests.newEvent(VERIFICATION_EVENT_TYPE, data, text);
  }
}

const ANSWERED = 'The receiver has answered with the challenge.';
const CHANGED = 'The receiver has answered with the challenge, but the URL is another one by now; ask again.';

const ALREADY: Verification = {
  isVerified: true,
  detail: 'The URL is verified already; nothing was sent.',
  deliveryId: null,
  challengeExpiresAt: null,
};

const WANTED = 'Answer 2xx with {"challenge": "…"} or the challenge alone, or read it there and send it along here.';

/** Why an answer proves nothing, in words that do not repeat it; null when it does. */
function judgeAnswer(result: SendResult, { digest }: Challenge): string | null {
  const { error, responseBody, truncated, statusCode } = result;
  if (error !== null) return `The request failed. ${error} ${WANTED}`;
  const reading = readChallengeAnswer(truncated ? '' : (responseBody ?? ''), BESIDE);
  switch (reading.kind) {
    case 'none':
      return `The receiver has answered ${statusCode}, but not with the challenge. ${WANTED}`;
    case 'echo':
      return `The receiver has answered ${statusCode} with the request itself, which it may do with any. ${WANTED}`;
    case 'challenge':
      return isChallenge(reading.text, digest)
        ? null
        : `The receiver has answered ${statusCode}, but with something else than the challenge. ${WANTED}`;
  }
}
