import type { Database } from '#database';
import { recordAttempts, toWireEvent, type WireEvent } from '#deliveries';
import { CircuitStore, type SendTarget, type SendTargets, unverified } from '#endpoints';
import { type Clock, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';
import { HEADER_MASK, TEST_EVENT_TYPE } from '#policy';
import type { Sender, SendResult } from '#transport';
import { AuthenticatedSender } from './authenticated-sender.js';
import { bodyIn, type Flaw, type RequestSource, sendSigned, type SentRequest, toRecord } from './signed-request.js';

const INSERT_EVENT = `
  INSERT INTO events (id, tenant_id, type, data, occurred_at, published_by, created_at, endpoint_id)
  VALUES ($1, $2, $3, $4, to_timestamp($5), $6, to_timestamp($5), $7)`;

/** Not a dead letter when it fails: nobody waits for a test event. */
const INSERT_DELIVERY = `
  INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, last_status_code, created_at,
         completed_at, type, status, last_error_code, cancel_reason)
  VALUES ($1, $2, $3, $4, $5, 1, $6, to_timestamp($7), clock_timestamp(), $8,
          CASE WHEN $9::text IS NULL THEN 'succeeded' ELSE 'cancelled' END, $9,
          CASE WHEN $9::text IS NULL THEN NULL ELSE 'test_failed' END)`;

export interface TestSenderOptions {
  readonly userAgent: string;
  /** Where the endpoint says nothing. */
  readonly timeoutMs: number;
}

/** An event to send; one that was sent before is on record. */
export interface TestEvent {
  readonly event: WireEvent;
  readonly isNew: boolean;
  /**
   * A part of its data that only the receiver may get to know: the record shows a mask instead, and of the answer no body,
   * for it may repeat the secret in any form.
   */
  readonly secret?: string;
}

export interface SentTest {
  readonly deliveryId: Uuid;
  readonly result: SendResult;
}

/** Sends an endpoint a real, signed event, now, whatever state the endpoint is in, and puts the attempt on record. */
export class TestSender {
  private readonly sender: AuthenticatedSender;
  private readonly circuits: CircuitStore;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly targets: SendTargets,
    sender: Sender,
    private readonly options: TestSenderOptions,
  ) {
    this.sender = new AuthenticatedSender(sender, options.userAgent);
    this.circuits = new CircuitStore(db);
  }

  /** Answers the delivery whose only attempt it was. Throws `not_found`. */
  async send(endpointId: Uuid, requestedBy: Uuid): Promise<{ deliveryId: Uuid }> {
    const target = await this.load(endpointId);
    const data = { message: 'A test event from Posthorn.', endpoint: toTypeId('ep', endpointId) };
    const { deliveryId, result } = await this.sendTo(target, requestedBy, this.newEvent(TEST_EVENT_TYPE, data));
    // As good as a probe, and somebody has asked for it.
    if (result.errorCode === null) {
      await this.circuits.reset(endpointId, `A test was answered with status ${result.statusCode}.`);
    }
    return { deliveryId };
  }

  /** The endpoint as it is now. Throws `not_found`, and `endpoint_unverified` for one that has agreed to nothing yet. */
  async load(endpointId: Uuid): Promise<SendTarget> {
    const target = await this.loadUnproven(endpointId);
    if (target.isUnproven) throw unverified();
    return target;
  }

  /** The same, whether or not it has agreed. Throws `not_found`. */
  async loadUnproven(endpointId: Uuid): Promise<SendTarget> {
    const target = await this.targets.load(endpointId);
    if (!target || target.status === 'deleted') throw new PosthornError('not_found', 'There is no such endpoint.');
    return target;
  }

  newEvent(type: string, data: object, secret?: string): TestEvent {
    const nowMs = this.clock.now();
    return {
      isNew: true,
      ...(secret === undefined ? {} : { secret }),
      event: toWireEvent({
        ...NOTHING_ELSE,
        id: newUuid(nowMs),
        type,
        occurredAtMs: nowMs,
        data: JSON.stringify(data),
      }),
    };
  }

  /** How long an answer of this endpoint is waited for. */
  timeoutMs({ timeoutMs }: SendTarget): number {
    return timeoutMs ?? this.options.timeoutMs;
  }

  /** Sends one event, with something wrong on purpose or not, and puts the attempt on record as a delivery of its own. */
  async sendTo(target: SendTarget, requestedBy: Uuid, test: TestEvent, flaw: Flaw | null = null): Promise<SentTest> {
    const { event } = test;
    const nowMs = this.clock.now();
    const source: RequestSource = { deliveryId: newUuid(nowMs), attempts: 0, replayOf: null, event };
    const body = bodyIn(target.payloadFormat, event)!;
    const { userAgent } = this.options;
    const sent = await sendSigned(
      this.sender,
      this.clock,
      userAgent,
      source,
      target,
      body,
      this.timeoutMs(target),
      flaw,
    );
    await this.record(
      target,
      requestedBy,
      source,
      test.secret === undefined ? sent : withoutBody(sent, test.secret),
      test,
      nowMs / 1000,
    );
    return { deliveryId: source.deliveryId, result: sent.result };
  }

  private async record(
    target: SendTarget,
    requestedBy: Uuid,
    source: RequestSource,
    sent: SentRequest,
    { isNew, secret }: TestEvent,
    seconds: number,
  ): Promise<void> {
    const { event, deliveryId } = source;
    const { tenantId, endpointId, version } = target;
    const { statusCode, errorCode } = sent.result;
    const sentData = event.body!.slice(event.dataStart, event.dataEnd);
    const data = secret === undefined ? sentData : sentData.replaceAll(secret, HEADER_MASK);
    await this.db.transaction(async (tx) => {
      if (isNew) await tx.query(INSERT_EVENT, [event.id, tenantId, event.type, data, seconds, requestedBy, endpointId]);
      const values = [deliveryId, event.id, tenantId, endpointId, version, statusCode, seconds, event.type, errorCode];
      await tx.query(INSERT_DELIVERY, values);
      await recordAttempts(tx, [toRecord({ ...source, generation: 1 }, target, 'test', sent, { to: 'succeeded' })]);
    });
  }
}

/** The exchange without the body of its answer, and with the secret masked wherever it came back in a header. */
function withoutBody(sent: SentRequest, secret: string): SentRequest {
  const { responseHeaders, responseBody } = sent.result;
  const result = {
    ...sent.result,
    responseHeaders: responseHeaders && responseHeaders.replaceAll(secret, HEADER_MASK),
    responseBody: null,
    truncated: responseBody !== null,
  };
  return { ...sent, result };
}

const NOTHING_ELSE = {
  uid: null,
  subject: null,
  source: null,
  schemaVersion: null,
  correlationId: null,
  metadata: null,
  headers: null,
  traceparent: null,
  expiresAtMs: null,
};
