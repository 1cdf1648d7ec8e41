import { Injectable } from '@nestjs/common';
import { DatabaseClock, KeyRing, PosthornError, type Uuid } from '#kernel';

/** What a link shows. */
export interface ExplainLink {
  readonly eventId: Uuid;
  /** Null: at all endpoints of its tenant. */
  readonly endpointId: Uuid | null;
}

/** What is sealed for something else is no link. */
const CONTEXT = 'explain-link';

/** A link is some 200 characters long. */
const LONGEST_TOKEN = 512;

/**
 * Links to explanations. All that one says is sealed in it under the key ring: nothing is kept, nobody can make or change
 * one, and it is worth nothing after its time or once its key is off the ring.
 */
@Injectable()
export class ExplainLinks {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly clock: DatabaseClock,
  ) {}

  make({ eventId, endpointId }: ExplainLink, seconds: number): { token: string; expiresAt: Date } {
    const expiresAtMs = Math.floor(this.clock.now()) + seconds * 1000;
    const sealed = this.keyRing.seal(JSON.stringify([eventId, endpointId, expiresAtMs]), CONTEXT);
    return { token: sealed.toString('base64url'), expiresAt: new Date(expiresAtMs) };
  }

  /** Throws `not_found` for what we have not made, and `link_expired`. */
  open(token: string): ExplainLink {
    const [eventId, endpointId, expiresAtMs] = this.unseal(token);
    if (this.clock.now() < expiresAtMs) return { eventId, endpointId };
    throw new PosthornError('link_expired', `This link could be read until ${new Date(expiresAtMs).toISOString()}.`);
  }

  private unseal(token: string): [eventId: Uuid, endpointId: Uuid | null, expiresAtMs: number] {
    try {
      if (token.length > LONGEST_TOKEN) throw new Error('too long');
      const sealed = Buffer.from(token, 'base64url');
      // The decoder passes over what is not base64url, and so would take many texts for one.
      if (sealed.toString('base64url') !== token) throw new Error('not in its one form');
      return JSON.parse(this.keyRing.open(sealed, CONTEXT).toString()) as ReturnType<ExplainLinks['unseal']>;
    } catch {
      throw new PosthornError('not_found', 'There is no such explanation.');
    }
  }
}
