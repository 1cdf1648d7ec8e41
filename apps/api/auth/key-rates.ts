import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { RateMeter } from '#policy';
import type { Principal } from '#tenants';
import type { FastifyReply } from '../http/request.js';
import { rateLimitHeaders } from '../http/rate-limit-headers.js';

const SECOND_MS = 1_000;

/** How many requests a second one key may make of this process: its own number, or the one for all; 0 is any number. */
@Injectable()
export class KeyRates {
  /** One for each limit that a key has presented. */
  private readonly meters = new Map<number, RateMeter>();

  constructor(private readonly config: Config) {}

  /** Says on the answer how the key stands. Throws `rate_limited` when it has to wait. */
  admit({ keyId, requestsPerSecond }: Principal, reply: FastifyReply): void {
    const limit = requestsPerSecond ?? this.config.access.requestsPerSecond;
    if (limit === 0) return;
    const { waitMs, remaining, resetMs } = this.meterOf(limit).take(keyId, performance.now());
    void reply.headers(rateLimitHeaders({ limit, remaining, resetMs: waitMs ?? resetMs }));
    if (waitMs === null) return;
    const message = `This key may make ${limit} requests a second.`;
    throw new PosthornError('rate_limited', message, { retryAfterSeconds: Math.ceil(waitMs / SECOND_MS) });
  }

  private meterOf(limit: number): RateMeter {
    let meter = this.meters.get(limit);
    if (!meter) this.meters.set(limit, (meter = new RateMeter({ limit, periodMs: SECOND_MS })));
    return meter;
  }
}
