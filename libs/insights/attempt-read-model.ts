import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import type { Credentials } from '#endpoints';
import { DatabaseClock, PosthornError, toTypeId, type Uuid } from '#kernel';
import { maskHeaders } from '#policy';
import { readSignature } from '#signing';
import {
  type AttemptRequest,
  bodyOf,
  factsOf,
  readHeaders,
  type RequestIdentity,
  toRequest,
} from './attempt-request.js';
import { toCurlCommand } from './curl-command.js';
import { type DeliveryRow, DeliveryReadModel } from './delivery-read-model.js';
import { Parameters, where } from './query-parts.js';
import { Redaction } from './redaction.js';
import { RequestSources } from './request-sources.js';
import type { Viewer } from './viewer.js';

export type AttemptTrigger = 'schedule' | 'replay' | 'test';

/** One HTTP request that was made, and what came of it. */
export interface AttemptView {
  readonly deliveryId: Uuid;
  readonly number: number;
  readonly generation: number;
  readonly trigger: AttemptTrigger;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly succeeded: boolean;
  readonly statusCode: number | null;
  readonly errorCode: string | null;
  readonly error: string | null;
  readonly remoteAddress: string | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly request: AttemptRequest;
  readonly response: {
    /** Credentials masked. */
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
    readonly truncated: boolean;
  };
}

type AttemptRow = Omit<AttemptView, 'request' | 'response'> & {
  readonly endpointVersion: number;
  readonly signature: string | null;
  readonly responseHeaders: string | null;
  readonly responseBody: string | null;
  readonly truncated: boolean;
};

const COLUMNS = `delivery_id AS "deliveryId", number, generation, trigger, started_at AS "startedAt",
  duration_ms AS "durationMs", succeeded, status_code AS "statusCode", error_code AS "errorCode", error,
  remote_address AS "remoteAddress", dns_ms AS "dnsMs", connect_ms AS "connectMs", tls_ms AS "tlsMs",
  first_byte_ms AS "firstByteMs", endpoint_version AS "endpointVersion", signature,
  response_headers AS "responseHeaders", response_body AS "responseBody", truncated`;

/** Answers what was sent and what came back. Requests are not kept, but put together again from what made them. */
@Injectable()
export class AttemptReadModel {
  constructor(
    private readonly db: Database,
    private readonly deliveries: DeliveryReadModel,
    private readonly sources: RequestSources,
    private readonly clock: DatabaseClock,
  ) {}

  /** The attempts of a delivery that the viewer is known to see. A page's position is `number.generation`. */
  async list(viewer: Viewer, delivery: DeliveryRow, page: ListPage): Promise<AttemptView[]> {
    const parameters = new Parameters();
    const conditions = [`delivery_id = ${parameters.add(delivery.id)}`];
    if (page.sinceMs != null) conditions.push(`started_at >= to_timestamp(${parameters.add(page.sinceMs / 1000)})`);
    if (page.untilMs != null) conditions.push(`started_at < to_timestamp(${parameters.add(page.untilMs / 1000)})`);
    if (page.after !== null) {
      const [number, generation] = readPosition(page.after);
      const position = `(${parameters.add(number)}::int, ${parameters.add(generation)}::int)`;
      conditions.push(`(number, generation) ${page.order === 'asc' ? '>' : '<'} ${position}`);
    }
    const rows = await this.db.query<AttemptRow>(
      `SELECT ${COLUMNS} FROM attempts ${where(conditions)}
        ORDER BY number ${page.order}, generation ${page.order} LIMIT ${parameters.add(page.limit)}`,
      parameters.values,
    );
    return this.toViews(viewer, delivery, rows);
  }

  /**
   * One attempt; null when there is none that the viewer sees. Should a lost lease have made two requests under one
   * number, this is the later one; the list shows both.
   */
  async find(viewer: Viewer, deliveryId: Uuid, number: number): Promise<AttemptView | null> {
    const found = await this.findRow(viewer, deliveryId, number);
    if (!found) return null;
    const [view] = await this.toViews(viewer, found.delivery, [found.row]);
    return view ?? null;
  }

  /**
   * A command that makes the request again: signed now, with the secrets of now, to the endpoint as it is. From whom some of
   * the body is hidden the signature is, too: the command shows what is sent, and repeats it not. Null when there is no such
   * attempt for the viewer; throws when there is nothing left to send, or nowhere to send it.
   */
  async curl(viewer: Viewer, deliveryId: Uuid, number: number): Promise<string | null> {
    const found = await this.findRow(viewer, deliveryId, number);
    if (!found) return null;
    const { endpointId, eventId, type } = found.delivery;
    const [target, event, hidden] = await Promise.all([
      this.sources.present(endpointId),
      this.sources.event(eventId),
      this.sources.hiddenPaths(viewer, type),
    ]);
    if (target === null || target.isDeleted) {
      throw new PosthornError('conflict', `The endpoint ${toTypeId('ep', endpointId)} was deleted.`);
    }
    const body = bodyOf(event, target.payloadFormat);
    if (body === null) throw new PosthornError('event_expired', `The payload of ${toTypeId('evt', eventId)} is gone.`);
    const nowMs = this.clock.now();
    const facts = factsOf(identityOf(found.delivery, number), Math.floor(nowMs / 1000), event);
    const redaction = new Redaction(event!.data, hidden);
    const signature = redaction.signature(target.signer.sign(facts, body, nowMs));
    const request = toRequest(facts, signature, target, { ...event!, data: redaction.data });
    return toCurlCommand(target.url, request.headers, request.body!, tlsFiles(target.credentials));
  }

  private async findRow(
    viewer: Viewer,
    deliveryId: Uuid,
    number: number,
  ): Promise<{ delivery: DeliveryRow; row: AttemptRow } | null> {
    const delivery = await this.deliveries.find(viewer, deliveryId);
    if (!delivery) return null;
    const [row] = await this.db.query<AttemptRow>(
      `SELECT ${COLUMNS} FROM attempts WHERE delivery_id = $1 AND number = $2 ORDER BY generation DESC LIMIT 1`,
      [deliveryId, number],
    );
    return row ? { delivery, row } : null;
  }

  private async toViews(viewer: Viewer, delivery: DeliveryRow, rows: readonly AttemptRow[]): Promise<AttemptView[]> {
    if (rows.length === 0) return [];
    const versions = rows.map(({ endpointVersion }) => endpointVersion);
    const [event, targets, hidden] = await Promise.all([
      this.sources.event(delivery.eventId),
      this.sources.versions(delivery.endpointId, versions),
      this.sources.hiddenPaths(viewer, delivery.type),
    ]);
    const redaction = new Redaction(event?.data ?? null, hidden);
    const shown = event && { ...event, data: redaction.data };
    return rows.map(({ endpointVersion, signature, responseHeaders, responseBody, truncated, ...row }) => {
      const facts = factsOf(identityOf(delivery, row.number), Math.floor(row.startedAt.getTime() / 1000), shown);
      const signed = signature === null ? [] : redaction.signature(readSignature(signature));
      return {
        ...row,
        error: redaction.error(row.error),
        request: toRequest(facts, signed, targets.get(endpointVersion) ?? null, shown),
        response: {
          headers: redaction.headers(maskHeaders(readHeaders(responseHeaders))),
          body: redaction.text(responseBody, !truncated),
          truncated,
        },
      };
    });
  }
}

function identityOf(delivery: DeliveryRow, number: number): RequestIdentity {
  const { id: deliveryId, eventId, type, replayOf } = delivery;
  return { deliveryId, eventId, type, replayOf, number };
}

function readPosition(position: string): [number, number] {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(position);
  if (match) return [Number(match[1]), Number(match[2])];
  throw new PosthornError('invalid_cursor', 'The cursor is not one of ours, or belongs to other filters.');
}

/** Names for the files that whoever runs the command has to put there. */
function tlsFiles({ auth, tls }: Credentials): { cacert?: string; cert?: string; key?: string } {
  const hasCertificate = auth?.type === 'mtls' || tls?.certificate !== undefined;
  return {
    ...(tls?.ca === undefined ? {} : { cacert: 'ca.pem' }),
    ...(hasCertificate ? { cert: 'client-certificate.pem', key: 'client-key.pem' } : {}),
  };
}
