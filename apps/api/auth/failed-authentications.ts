import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { RateMeter } from '#policy';
import { Metrics } from '#telemetry';
import { type AuthenticationFailure, FailureRecord, type FailureReason } from './failure-record.js';
import { networkOf } from './network-of.js';

const MINUTE_MS = 60_000;

/**
 * What is no attack, but somebody who stayed too long: they have shown what once opened something. It is on record, and
 * locks nobody out who has the same address.
 */
const HARMLESS: readonly FailureReason[] = ['session_ended', 'expired', 'revoked'];

/**
 * Keeps whoever tries keys from trying many: an address may fail so often a minute, and is then told to wait before the
 * database is asked. Keys that this process has seen open go on working from there, for one address may be many people.
 * Every failure is put on record.
 */
@Injectable()
export class FailedAuthentications {
  private readonly meter: RateMeter | null;

  constructor(
    { access }: Config,
    private readonly metrics: Metrics,
    private readonly record: FailureRecord,
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

  note(failure: AuthenticationFailure): void {
    this.metrics.failedAuthentications.inc();
    this.record.note(failure);
    if (!HARMLESS.includes(failure.reason)) this.meter?.take(networkOf(failure.address), performance.now());
  }
}
