import type { AttemptRecord, Dispatch, NextStep, OpenDeliveryStore, WireEvent } from '#deliveries';
import type { SendTarget, SendTargets } from '#endpoints';
import { type Clock, newUuid } from '#kernel';
import { decideGate, decideOutcome, type Outcome, type RateLimit } from '#policy';
import type { SendResult } from '#transport';
import type { AuthenticatedSender } from './authenticated-sender.js';
import type { LaneExits } from './lane-exits.js';
import type { PayloadLoader } from './payload-loader.js';
import type { RatePacer } from './rate-pacer.js';
import { bodyIn, sendSigned, toRecord } from './signed-request.js';

export interface ExecutorOptions {
  readonly userAgent: string;
  /** Where the endpoint says nothing. */
  readonly timeoutMs: number;
  readonly retryScheduleSeconds: readonly number[];
}

/** What an attempt came to, for those who count. */
export interface Attempted {
  readonly dispatch: Dispatch;
  readonly target: SendTarget;
  readonly record: AttemptRecord;
  /** The answer's header as it came. */
  readonly retryAfter: string | null;
}

/** A request begins only if its lease outlives it by this much: then nobody else sends the same meanwhile. */
const LEASE_MARGIN_MS = 10_000;

/** An endpoint that could not be loaded is tried again after this; */
const UNKNOWN_ENDPOINT_WAIT_MS = 5_000;
/** one that cannot be opened after this, for that is cured by people, and each try rewrites its rows. */
const UNUSABLE_ENDPOINT_WAIT_MS = 60_000;

/**
 * Makes one attempt: gate → rate → sign → send → decide. What it answers is to be recorded; null means that no request was
 * made and the dispatch has left by one of the {@link LaneExits}.
 */
export class DeliveryExecutor {
  constructor(
    private readonly targets: SendTargets,
    private readonly payloads: PayloadLoader,
    private readonly sender: AuthenticatedSender,
    private readonly deliveries: OpenDeliveryStore,
    private readonly exits: LaneExits,
    private readonly pacer: RatePacer,
    private readonly clock: Clock,
    private readonly options: ExecutorOptions,
  ) {}

  /** What is at hand is used at once: under load nothing is waited for but the answer. */
  attempt(dispatch: Dispatch): Promise<Attempted | null> {
    const known = this.targets.peek(dispatch.endpointId, dispatch.endpointVersion);
    return known === undefined ? this.attemptAfterLoading(dispatch) : this.attemptTo(known, dispatch);
  }

  private async attemptAfterLoading(dispatch: Dispatch): Promise<Attempted | null> {
    const target = await this.loadTarget(dispatch);
    if (target === null) return this.leave(this.exits.giveBack(dispatch, this.waitForTarget(dispatch)));
    return this.attemptTo(target, dispatch);
  }

  private attemptTo(target: SendTarget, dispatch: Dispatch): Promise<Attempted | null> {
    const gate = decideGate(target, dispatch.event.expiresAtMs, this.clock.now());
    switch (gate.kind) {
      case 'hold':
        return this.leave(this.exits.hold(dispatch));
      case 'cancel':
        return this.leave(this.exits.cancel(dispatch, gate.reason));
      case 'expire':
        return this.leave(this.exits.bury(dispatch));
      case 'send':
        return target.rateLimit === null
          ? this.sendUnderLease(dispatch, target)
          : this.sendWithinRate(dispatch, target, target.rateLimit);
    }
  }

  private async sendWithinRate(dispatch: Dispatch, target: SendTarget, rate: RateLimit): Promise<Attempted | null> {
    // Whoever gets no slot for want of a database is claimed again when its lease has run out.
    const mayGo = await this.pacer.admit(dispatch, rate).catch(() => false);
    return mayGo ? this.sendUnderLease(dispatch, target) : null;
  }

  private sendUnderLease(dispatch: Dispatch, target: SendTarget): Promise<Attempted | null> {
    const timeoutMs = target.timeoutMs ?? this.options.timeoutMs;
    const leaseMs = timeoutMs + LEASE_MARGIN_MS;
    const body = bodyIn(target.payloadFormat, dispatch.event);
    return body !== null && dispatch.leaseUntilMs - this.clock.now() >= leaseMs
      ? this.send(dispatch, target, body, timeoutMs)
      : this.sendAfterFetching(dispatch, target, timeoutMs, leaseMs);
  }

  /** When the lease has to be made longer first, or the body is too large to have come along. */
  private async sendAfterFetching(
    dispatch: Dispatch,
    target: SendTarget,
    timeoutMs: number,
    leaseMs: number,
  ): Promise<Attempted | null> {
    if (!(await this.hasLeaseFor(dispatch, leaseMs))) return null;
    const body = await this.bodyFor(dispatch.event, target);
    if (body === null) return this.leave(this.exits.cancel(dispatch, 'payload_erased'));
    return this.send(dispatch, target, body, timeoutMs);
  }

  private async send(dispatch: Dispatch, target: SendTarget, body: string, timeoutMs: number): Promise<Attempted> {
    const sent = await sendSigned(this.sender, this.clock, this.options.userAgent, dispatch, target, body, timeoutMs);
    const trigger = dispatch.replayOf === null ? 'schedule' : 'replay';
    const record = toRecord(dispatch, target, trigger, sent, this.decide(dispatch, target, sent.result));
    return { dispatch, target, record, retryAfter: sent.result.retryAfter };
  }

  private decide(dispatch: Dispatch, target: SendTarget, result: SendResult): NextStep {
    const facts = { number: dispatch.attempts + 1, expiresAtMs: dispatch.event.expiresAtMs };
    const policy = { scheduleSeconds: target.retrySchedule ?? this.options.retryScheduleSeconds };
    return toNextStep(decideOutcome(result, facts, policy, this.clock.now(), Math.random()), this.clock);
  }

  /** The endpoint in no older version than the delivery was made for; null when there is none to be had now. */
  private async loadTarget({ endpointId, endpointVersion }: Dispatch): Promise<SendTarget | null> {
    // The first answer may be of a read that began before that version was there; the second is not.
    for (let loads = 0; loads < 2; loads++) {
      const known = this.targets.peek(endpointId, endpointVersion);
      if (known) return known;
      await this.targets.load(endpointId).catch(() => undefined);
    }
    return this.targets.peek(endpointId, endpointVersion) ?? null;
  }

  private waitForTarget({ endpointId }: Dispatch): number {
    return this.targets.isUnusable(endpointId) ? UNUSABLE_ENDPOINT_WAIT_MS : UNKNOWN_ENDPOINT_WAIT_MS;
  }

  /** Whether the lease is ours for another `ms`, after making it longer if need be. */
  private async hasLeaseFor(dispatch: Dispatch, ms: number): Promise<boolean> {
    if (dispatch.leaseUntilMs - this.clock.now() >= ms) return true;
    const [lease] = await this.deliveries.renewLeases([dispatch]).catch(() => []);
    if (!lease) return false;
    dispatch.generation = lease.generation;
    dispatch.leaseUntilMs = lease.leaseUntilMs;
    return true;
  }

  private async bodyFor(event: WireEvent, target: SendTarget): Promise<string | null> {
    const whole = event.body === null ? await this.payloads.load(event.id) : event;
    return whole === null ? null : bodyIn(target.payloadFormat, whole);
  }

  private async leave(exit: Promise<void>): Promise<null> {
    // If it could not be written the lease runs out, which comes to the same a little later.
    await exit.catch(() => undefined);
    return null;
  }
}

function toNextStep(outcome: Outcome, clock: Clock): NextStep {
  switch (outcome.kind) {
    case 'delivered':
      return { to: 'succeeded' };
    case 'retry':
      return { to: 'retry', dueAtMs: outcome.atMs };
    case 'dead':
      return { to: 'dead', reason: outcome.reason, deadLetterId: newUuid(clock.now()) };
  }
}
