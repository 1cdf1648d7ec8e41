import { Injectable } from '@nestjs/common';
import { DatabaseClock, parseTypeId, PosthornError, toTypeId, type Uuid } from '#kernel';
import { checkSignatures, type SchemeCheck } from '#signing';
import { bodyOf } from './attempt-request.js';
import { RequestSources } from './request-sources.js';
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
   * By the schemes and the payload format that the endpoint has now, and the secrets of the past week. To whom some of the
   * event is not shown it is not compared either: they could ask until they have guessed it.
   */
  async check(
    viewer: Viewer,
    { id: endpointId, tenantId }: { readonly id: Uuid; readonly tenantId: Uuid },
    { headers, body }: ReceivedRequest,
    toleranceSeconds: number,
  ): Promise<SignatureReport> {
    const material = await this.sources.signing(endpointId);
    if (material === null) throw new PosthornError('not_found', `There is no endpoint ${toTypeId('ep', endpointId)}.`);
    const sentBody = await this.findSentBody(viewer, tenantId, headers, material.payloadFormat);
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
    const named = Object.entries(headers).find(([name]) => name.toLowerCase() === 'webhook-id');
    const eventId = named === undefined ? null : parseTypeId('evt', named[1].trim());
    const event = eventId === null ? null : await this.sources.eventOf(tenantId, eventId);
    if (event === null || (await this.sources.hiddenPaths(viewer, event.type)).length > 0) return null;
    return bodyOf(event, format);
  }
}
