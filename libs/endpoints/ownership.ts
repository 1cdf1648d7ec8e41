import { createHash, timingSafeEqual } from 'node:crypto';
import { PosthornError } from '#kernel';
import type { EndpointStatus, Ownership } from './endpoint.js';

/** The reason that stands at an endpoint which has yet to prove that it wants the traffic. */
export const UNVERIFIED_REASON = 'unverified';

/** What is known of an endpoint's proof. A proof is of one URL, to the letter: on one host live many receivers. */
export interface ProofFacts {
  readonly status: EndpointStatus;
  readonly disabled_reason: string | null;
  readonly url: string;
  readonly verified_url: string | null;
  readonly verified_at: Date | null;
  readonly requires_proof: boolean;
}

export function isProven({ url, verified_url }: Pick<ProofFacts, 'url' | 'verified_url'>): boolean {
  return verified_url === url;
}

export function ownershipOf(facts: ProofFacts): Ownership {
  if (isProven(facts)) return { state: 'verified', verifiedAt: facts.verified_at };
  return { state: facts.requires_proof ? 'unverified' : 'not_required', verifiedAt: null };
}

/** What another URL means for whether the endpoint is enabled: `enable` makes it what it was before it was disabled. */
export type ProofTurn = 'disable' | 'enable' | 'stay';

/**
 * An endpoint that gets a URL which has proven nothing is disabled until it does; one that goes back to the URL that had is
 * enabled again, if that was all that kept it. One that keeps its URL, or is disabled for another reason, stays as it is. Pure.
 */
export function decideProofTurn(facts: ProofFacts, newUrl: string): ProofTurn {
  if (newUrl === facts.url) return 'stay';
  if (facts.verified_url === newUrl) return isAwaitingProof(facts) ? 'enable' : 'stay';
  return facts.requires_proof && facts.status !== 'disabled' ? 'disable' : 'stay';
}

/** Whether a proof is all that is missing. */
export function isAwaitingProof({ status, disabled_reason }: Pick<ProofFacts, 'status' | 'disabled_reason'>): boolean {
  return status === 'disabled' && disabled_reason === UNVERIFIED_REASON;
}

/** SHA-256, by which a challenge is kept and compared. */
export function digestChallenge(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** In a time that says nothing of where they differ. */
export function isChallenge(text: string, digest: Buffer): boolean {
  return timingSafeEqual(digestChallenge(text), digest);
}

/** Throws `endpoint_unverified` for one that is disabled and has yet to prove that it wants the traffic. */
export function refuseUnproven(facts: ProofFacts): void {
  if (!facts.requires_proof || isProven(facts) || facts.status !== 'disabled') return;
  throw unverified();
}

export function unverified(): PosthornError {
  return new PosthornError(
    'endpoint_unverified',
    'The endpoint has not proven yet that it wants the traffic; see to that with POST …/verify.',
  );
}
