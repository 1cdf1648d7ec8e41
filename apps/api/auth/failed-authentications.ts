import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { RateMeter } from '#policy';
import { Metrics } from '#telemetry';

const MINUTE_MS = 60_000;

/**
 * Keeps whoever tries keys from trying many: an address may fail so often a minute, and is then told to wait before the
 * database is asked. Keys that this process has seen open go on working from there, for one address may be many people.
 */
@Injectable()
export class FailedAuthentications {
  private readonly meter: RateMeter | null;

  constructor(
    { access }: Config,
    private readonly metrics: Metrics,
  ) {
    const limit = access.failuresPerMinute;
    this.meter = limit === 0 ? null : new RateMeter({ limit, periodMs: MINUTE_MS });
  }

  /** Throws `rate_limited` when the address has failed too often. */
  assertMayTry(address: string): void {
    const waitMs = this.meter?.peek(networkOf(address), performance.now()) ?? null;
    if (waitMs === null) return;
    throw new PosthornError('rate_limited', 'Too many keys from this address did not open anything.', {
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    });
  }

  note(address: string): void {
    this.metrics.failedAuthentications.inc();
    this.meter?.take(networkOf(address), performance.now());
  }
}

/** Whoever has one IPv6 address has the whole /64 that it lies in. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const first = head.split(':').filter(Boolean);
  const last = tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const groups = address.includes('::') ? [...first, ...zeros, ...last] : first;
  return groups.slice(0, 4).join(':');
}
