import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { type EventLimits, type ReadEvent, readBatch, readSingle } from '#events';
import { type FieldError, PosthornError, toTypeId } from '#kernel';
import { Publisher, type PublishResult, type PublishScope } from '#publishing';
import { Metrics } from '#telemetry';
import type { Principal } from '#tenants';
import { toProblem } from '../http/problem.js';
import type { BatchResponse, BatchResult, PublishedResponse, PublishWarning } from './publishing.response.js';

type Accepted = Extract<PublishResult, { kind: 'accepted' }>;

/** From bytes to answers: reads events, publishes them, and says what became of each. */
@Injectable()
export class EventIntake {
  private readonly limits: EventLimits;

  constructor(
    private readonly publisher: Publisher,
    private readonly metrics: Metrics,
    { limits }: Config,
  ) {
    this.limits = {
      maxEventBytes: limits.eventBytes,
      maxMetadataBytes: limits.metadataBytes,
      maxDepth: limits.jsonDepth,
      maxBatchEvents: limits.batchEvents,
    };
  }

  /** Throws a {@link PosthornError} when the event is refused. */
  async takeOne(body: Buffer, traceparent: string | null, caller: Principal): Promise<PublishedResponse> {
    const stopTimer = this.metrics.publishSeconds.startTimer();
    const read = readSingle(required(body), traceparent, this.limits);
    const result = await this.publish(read, caller);
    stopTimer();
    if (result.kind === 'refused') throw result.error;
    return this.toResponse(result);
  }

  async takeBatch(
    body: Buffer,
    traceparent: string | null,
    caller: Principal,
    requestId: string,
  ): Promise<BatchResponse> {
    const stopTimer = this.metrics.publishSeconds.startTimer();
    const reads = readBatch(required(body), traceparent, this.limits);
    const results = await this.publishAll(reads, caller);
    stopTimer();
    return { results: results.map((result, index) => this.toBatchResult(result, reads[index]!, index, requestId)) };
  }

  private async publish(read: ReadEvent, caller: Principal): Promise<PublishResult> {
    return 'draft' in read ? this.publisher.publish(read.draft, caller satisfies PublishScope) : unreadable(read);
  }

  private async publishAll(reads: readonly ReadEvent[], caller: Principal): Promise<PublishResult[]> {
    const drafts = reads.flatMap((read) => ('draft' in read ? [read.draft] : []));
    const results = (await this.publisher.publishBatch(drafts, caller satisfies PublishScope)).values();
    return reads.map((read) => ('draft' in read ? results.next().value! : unreadable(read)));
  }

  private toBatchResult(result: PublishResult, read: ReadEvent, index: number, requestId: string): BatchResult {
    if (result.kind !== 'refused') return this.toResponse(result);
    const { problem } = toProblem(result.error, { id: requestId, path: '/v1/events/batch' });
    // What was found by reading points into the body; what was found by publishing knows only its event.
    if (!('draft' in read) || !problem.errors) return { error: problem };
    return { error: { ...problem, errors: problem.errors.map((error) => within(`/events/${index}`, error)) } };
  }

  private toResponse(result: Exclude<PublishResult, { kind: 'refused' }>): PublishedResponse {
    const answer = { id: toTypeId('evt', result.id), deliveryCount: result.deliveryCount };
    if (result.kind === 'duplicate') return { ...answer, duplicate: true };
    this.metrics.eventsAccepted.inc();
    const warnings = warningsOf(result);
    return {
      ...answer,
      ...(result.isScheduled ? { scheduled: true as const } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  }
}

function warningsOf({ deliveryCount, isScheduled, warnings }: Accepted): readonly PublishWarning[] {
  // Nobody can say yet who will have subscribed by then.
  const isUnwanted = deliveryCount === 0 && !isScheduled;
  return isUnwanted ? [...warnings, 'no_subscription'] : warnings;
}

function unreadable(read: Exclude<ReadEvent, { draft: unknown }>): PublishResult {
  const [first] = read.errors;
  const message = first ? `${first.pointer || 'The event'} ${first.message}.` : 'The event is not valid.';
  return { kind: 'refused', error: new PosthornError(read.refusal, message, { errors: read.errors }) };
}

function within(pointer: string, error: FieldError): FieldError {
  return { ...error, pointer: pointer + error.pointer };
}

function required(body: Buffer | undefined): Buffer {
  if (body !== undefined && body.length > 0) return body;
  throw new PosthornError('malformed_json', 'The body is empty; an event is a JSON object.');
}
