import { Injectable } from '@nestjs/common';
import { DatabaseClock, parseTypeId, PosthornError, toTypeId, type Uuid } from '#kernel';
import { checkSignatures, type SchemeCheck } from '#signing';
import { bodyOf } from './attempt-request.js';
import { type AttemptName, RequestSources } from './request-sources.js';
import type { Viewer } from './viewer.js';

/** A request as its receiver has it. */
export interface ReceivedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SignatureReport {
  readonly checks: readonly SchemeCheck[];
  /** Whether the body is that of the event named in `webhook-id`; null when there is no such event any more, or too little of it is shown. */
  readonly isBodyAsSent: boolean | null;
}

/** Looks into requests that a receiver could not verify. Answers of secrets which, and never what. */
@Injectable()
export class SignatureChecks {
  constructor(
    private readonly sources: RequestSources,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * By the schemes that the endpoint has now, the secrets of the past week, and the body as the attempt sent it whose headers
   * these are; where no attempt is named, as it would be sent now. To whom some of the event is not shown it is not compared
   * either: they could ask until they have guessed it.
   */
  async check(
    viewer: Viewer,
    { id: endpointId, tenantId }: { readonly id: Uuid; readonly tenantId: Uuid },
    { headers, body }: ReceivedRequest,
    toleranceSeconds: number,
  ): Promise<SignatureReport> {
    const material = await this.sources.signing(endpointId);
    if (material === null) throw new PosthornError('not_found', `There is no endpoint ${toTypeId('ep', endpointId)}.`);
    const format = (await this.sources.formatOf(endpointId, attemptIn(headers))) ?? material.payloadFormat;
    const sentBody = await this.findSentBody(viewer, tenantId, headers, format);
    const checks = checkSignatures({
      headers,
      body,
      schemes: material.schemes,
      secrets: material.secrets,
      sentBody,
      nowMs: this.clock.now(),
      toleranceSeconds,
    });
    return { checks, isBodyAsSent: sentBody === null ? null : sentBody === body };
  }

  private async findSentBody(
    viewer: Viewer,
    tenantId: Uuid,
    headers: ReceivedRequest['headers'],
    format: Parameters<typeof bodyOf>[1],
  ): Promise<string | null> {
    const eventId = parseTypeId('evt', headerIn(headers, 'webhook-id'));
    const event = eventId === null ? null : await this.sources.eventOf(tenantId, eventId);
    if (event === null || (await this.sources.hiddenPaths(viewer, event.type)).length > 0) return null;
    return bodyOf(event, format);
  }
}

function headerIn(headers: ReceivedRequest['headers'], wanted: string): string {
  const [, value = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted) ?? [];
  return value.trim();
}

function attemptIn(headers: ReceivedRequest['headers']): AttemptName | null {
  const deliveryId = parseTypeId('dlv', headerIn(headers, 'posthorn-delivery'));
  const number = headerIn(headers, 'posthorn-attempt');
  return deliveryId !== null && /^\d{1,6}$/.test(number) ? { deliveryId, number: Number(number) } : null;
}
