import { describe, expect, it } from 'vitest';
import {
  decideProofTurn,
  digestChallenge,
  isChallenge,
  ownershipOf,
  type ProofFacts,
  refuseUnproven,
} from './ownership.js';

const [A, B] = ['https://a.example/hooks', 'https://b.example/hooks'];

const facts = (over: Partial<ProofFacts> = {}): ProofFacts => ({
  status: 'enabled',
  disabled_reason: null,
  url: A,
  verified_url: A,
  verified_at: new Date(0),
  requires_proof: true,
  ...over,
});
const UNVERIFIED = { status: 'disabled', disabled_reason: 'unverified' } as const;

describe(decideProofTurn, () => {
  it.each([
    ['the URL stays', facts(), A, 'stay'],
    ['it was never proven and stays', facts({ verified_url: null }), A, 'stay'],
    ['the URL is a new one', facts(), B, 'disable'],
    ['the URL is a new one of a paused endpoint', facts({ status: 'paused' }), B, 'disable'],
    ['the URL differs in its path alone', facts(), `${A}/2`, 'disable'],
    ['the tenant wants no proof', facts({ requires_proof: false }), B, 'stay'],
    ['it is disabled by a person', facts({ status: 'disabled', disabled_reason: 'requested' }), B, 'stay'],
    ['it goes back to what is proven', facts({ ...UNVERIFIED, url: B }), A, 'enable'],
    ['it goes from one unproven URL to the next', facts({ ...UNVERIFIED, url: B, verified_url: null }), A, 'stay'],
    [
      'it goes back, but a person has disabled it',
      facts({ status: 'disabled', disabled_reason: 'x', url: B }),
      A,
      'stay',
    ],
  ] as const)('%s', (_, before, url, turn) => expect(decideProofTurn(before, url)).toBe(turn));
});

describe(ownershipOf, () => {
  it('is of the URL that the endpoint has now', () => {
    expect(ownershipOf(facts())).toEqual({ state: 'verified', verifiedAt: new Date(0) });
    expect(ownershipOf(facts({ url: B }))).toEqual({ state: 'unverified', verifiedAt: null });
    expect(ownershipOf(facts({ url: B, requires_proof: false }))).toEqual({ state: 'not_required', verifiedAt: null });
  });
});

describe(refuseUnproven, () => {
  it('refuses what is disabled and unproven where a proof is wanted, and nothing else', () => {
    const unproven = facts({ ...UNVERIFIED, verified_url: null });
    expect(() => refuseUnproven(unproven)).toThrow(/POST …\/verify/);
    expect(() => refuseUnproven({ ...unproven, disabled_reason: 'requested' })).toThrow();
    for (const over of [{ requires_proof: false }, { verified_url: A }, { status: 'enabled' }] as const) {
      expect(() => refuseUnproven({ ...unproven, ...over })).not.toThrow();
    }
  });
});

describe(isChallenge, () => {
  it('holds for the text whose digest it is', () => {
    expect(isChallenge('abc', digestChallenge('abc'))).toBe(true);
    expect(isChallenge('abd', digestChallenge('abc'))).toBe(false);
    expect(isChallenge('', digestChallenge('abc'))).toBe(false);
  });
});
