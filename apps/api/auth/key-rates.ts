import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { RateMeter } from '#policy';
import type { Principal } from '#tenants';
import type { FastifyReply } from '../http/request.js';
import { rateLimitHeaders } from '../http/rate-limit-headers.js';

const SECOND_MS = 1_000;

/** How many requests a second one key may make of this process; unless configured, any number. */
@Injectable()
export class KeyRates {
  private readonly limit: number;
  private readonly meter: RateMeter | null;

  constructor({ access }: Config) {
    this.limit = access.requestsPerSecond;
    this.meter = this.limit === 0 ? null : new RateMeter({ limit: this.limit, periodMs: SECOND_MS });
  }

  /** Says on the answer how the key stands. Throws `rate_limited` when it has to wait. */
  admit({ keyId }: Principal, reply: FastifyReply): void {
    if (this.meter === null) return;
    const { waitMs, remaining, resetMs } = this.meter.take(keyId, performance.now());
    void reply.headers(rateLimitHeaders({ limit: this.limit, remaining, resetMs: waitMs ?? resetMs }));
    if (waitMs === null) return;
    const message = `This key may make ${this.limit} requests a second.`;
    throw new PosthornError('rate_limited', message, { retryAfterSeconds: Math.ceil(waitMs / SECOND_MS) });
  }
}
