import type { Database } from '#database';
import { recordAttempts, toWireEvent } from '#deliveries';
import { CircuitStore, type SendTargets } from '#endpoints';
import { type Clock, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';
import { TEST_EVENT_TYPE } from '#policy';
import type { Sender } from '#transport';
import { AuthenticatedSender } from './authenticated-sender.js';
import { bodyIn, type RequestSource, sendSigned, toRecord } from './signed-request.js';

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
    const target = await this.targets.load(endpointId);
    if (!target || target.status === 'deleted') throw new PosthornError('not_found', 'There is no such endpoint.');
    const nowMs = this.clock.now();
    const data = JSON.stringify({ message: 'A test event from Posthorn.', endpoint: toTypeId('ep', endpointId) });
    const source = testDelivery(nowMs, data);
    const { event, deliveryId } = source;
    const body = bodyIn(target.payloadFormat, event)!;
    const timeoutMs = target.timeoutMs ?? this.options.timeoutMs;
    const sent = await sendSigned(this.sender, this.clock, this.options.userAgent, source, target, body, timeoutMs);
    const { statusCode, errorCode } = sent.result;
    await this.db.transaction(async (tx) => {
      const seconds = nowMs / 1000;
      await tx.query(INSERT_EVENT, [event.id, target.tenantId, event.type, data, seconds, requestedBy, endpointId]);
      await tx.query(INSERT_DELIVERY, [
        deliveryId,
        event.id,
        target.tenantId,
        endpointId,
        target.version,
        statusCode,
        seconds,
        event.type,
        errorCode,
      ]);
      await recordAttempts(tx, [toRecord({ ...source, generation: 1 }, target, 'test', sent, { to: 'succeeded' })]);
    });
    // As good as a probe, and somebody has asked for it.
    if (errorCode === null) await this.circuits.reset(endpointId, `A test was answered with status ${statusCode}.`);
    return { deliveryId };
  }
}

function testDelivery(nowMs: number, data: string): RequestSource {
  const event = toWireEvent({
    id: newUuid(nowMs),
    uid: null,
    type: TEST_EVENT_TYPE,
    occurredAtMs: nowMs,
    subject: null,
    schemaVersion: null,
    correlationId: null,
    data,
    metadata: null,
    headers: null,
    traceparent: null,
    expiresAtMs: null,
  });
  return { deliveryId: newUuid(nowMs), attempts: 0, replayOf: null, event };
}
