import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { EventContent } from '#deliveries';
import { type Credentials, NO_CREDENTIALS, openHeaders, openSecret } from '#endpoints';
import { KeyRing, type Uuid } from '#kernel';
import {
  type CheckedSecret,
  compileSigner,
  type PayloadFormat,
  type SecretEncoding,
  type Signer,
  type SigningScheme,
  toSigningKey,
} from '#signing';
import type { RequestTarget } from './attempt-request.js';
import { hiddenPaths, type Viewer } from './viewer.js';

interface TargetRow {
  readonly url: string;
  readonly sealedHeaders: Buffer | null;
  readonly credentials: Credentials | null;
  readonly payloadFormat: PayloadFormat;
}

interface SecretRow {
  readonly id: Uuid;
  readonly sealed_secret: Buffer;
  readonly encoding: SecretEncoding;
}

/** All that signatures of an endpoint's requests may have been made with. */
export interface SigningMaterial {
  readonly schemes: readonly SigningScheme[];
  readonly payloadFormat: PayloadFormat;
  readonly secrets: readonly CheckedSecret[];
}

/** What the headers of a request say of the attempt that it was. */
export interface AttemptName {
  readonly deliveryId: Uuid;
  readonly number: number;
}

/** An endpoint as it is now. */
export interface PresentTarget extends RequestTarget {
  readonly isDeleted: boolean;
  readonly signer: Signer;
}

/** Loads what requests are made of. */
@Injectable()
export class RequestSources {
  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /** Null when the event is gone. Its `data` is null when the payload was erased. */
  async event(eventId: Uuid): Promise<EventContent | null> {
    const [event] = await this.db.query<EventContent>(
      `SELECT id, uid, type, extract(epoch FROM occurred_at)::float8 * 1000 AS "occurredAtMs", subject, source,
              schema_version AS "schemaVersion", correlation_id AS "correlationId", data, metadata, headers, traceparent,
              extract(epoch FROM expires_at)::float8 * 1000 AS "expiresAtMs"
         FROM events WHERE id = $1`,
      [eventId],
    );
    return event ?? null;
  }

  /** The same of an event that is known to nobody but its tenant. */
  async eventOf(tenantId: Uuid, eventId: Uuid): Promise<EventContent | null> {
    const [own] = await this.db.query(`SELECT 1 FROM events WHERE id = $1 AND tenant_id = $2`, [eventId, tenantId]);
    return own === undefined ? null : this.event(eventId);
  }

  /** JSON Pointers to what the viewer does not get to see in `data` of events of this type, those that are gone included. */
  async hiddenPaths(viewer: Viewer, type: string): Promise<readonly string[]> {
    if (viewer.seesRedacted) return [];
    const [row] = await this.db.query<{ paths: string[] }>(`SELECT ${hiddenPaths(viewer, '$1')} AS paths`, [type]);
    return row!.paths;
  }

  /** How an endpoint signs, with the secrets that have ended but are not forgotten; null when there is no such endpoint. */
  async signing(endpointId: Uuid): Promise<SigningMaterial | null> {
    const [row] = await this.db.query<{ schemes: SigningScheme[]; payloadFormat: PayloadFormat }>(
      `SELECT signing AS schemes, payload_format AS "payloadFormat" FROM endpoints WHERE id = $1 AND deleted_at IS NULL`,
      [endpointId],
    );
    if (!row) return null;
    const secrets = await this.db.query<SecretRow & { activatesAtMs: number; expiresAtMs: number | null }>(
      `SELECT id, sealed_secret, encoding, extract(epoch FROM activates_at)::float8 * 1000 AS "activatesAtMs",
              extract(epoch FROM expires_at)::float8 * 1000 AS "expiresAtMs"
         FROM endpoint_secrets WHERE endpoint_id = $1 ORDER BY activates_at DESC, id DESC`,
      [endpointId],
    );
    return {
      ...row,
      secrets: secrets.map((secret) => ({
        id: secret.id,
        key: toSigningKey(openSecret(this.keyRing, secret), secret.encoding),
        activatesAtMs: secret.activatesAtMs,
        expiresAtMs: secret.expiresAtMs,
      })),
    };
  }

  /** The payload format of the version that an attempt was sent to; null when there is none on record of this endpoint. */
  async formatOf(endpointId: Uuid, attempt: AttemptName | null): Promise<PayloadFormat | null> {
    if (attempt === null) return null;
    const [row] = await this.db.query<{ format: PayloadFormat }>(
      `SELECT v.payload_format AS format FROM attempts a
         JOIN endpoint_versions v ON v.endpoint_id = $1 AND v.version = a.endpoint_version
        WHERE a.delivery_id = $2 AND a.number = $3 ORDER BY a.generation DESC LIMIT 1`,
      [endpointId, attempt.deliveryId, attempt.number],
    );
    return row?.format ?? null;
  }

  /** What the endpoint was in these versions. */
  async versions(endpointId: Uuid, versions: readonly number[]): Promise<Map<number, RequestTarget>> {
    const rows = await this.db.query<TargetRow & { version: number }>(
      `SELECT version, url, sealed_headers AS "sealedHeaders", credentials, payload_format AS "payloadFormat"
         FROM endpoint_versions WHERE endpoint_id = $1 AND version = ANY ($2::int[])`,
      [endpointId, [...new Set(versions)]],
    );
    return new Map(rows.map((row) => [row.version, this.toTarget(endpointId, row)]));
  }

  /** The endpoint as it is now; null when there never was one. */
  async present(endpointId: Uuid): Promise<PresentTarget | null> {
    const [row] = await this.db.query<TargetRow & { isDeleted: boolean; signing: SigningScheme[] }>(
      `SELECT e.url, e.sealed_headers AS "sealedHeaders", e.credentials, e.payload_format AS "payloadFormat", e.signing,
              e.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL AS "isDeleted"
         FROM endpoints e JOIN tenants t ON t.id = e.tenant_id WHERE e.id = $1`,
      [endpointId],
    );
    if (!row) return null;
    const secrets = await this.db.query<SecretRow>(
      `SELECT id, sealed_secret, encoding FROM endpoint_secrets
        WHERE endpoint_id = $1 AND activates_at <= clock_timestamp()
          AND (expires_at IS NULL OR expires_at > clock_timestamp())
        ORDER BY activates_at DESC, id DESC`,
      [endpointId],
    );
    const keys = secrets.map((secret) => ({
      key: toSigningKey(openSecret(this.keyRing, secret), secret.encoding),
      // All of them live now.
      activatesAtMs: 0,
      expiresAtMs: null,
    }));
    return {
      ...this.toTarget(endpointId, row),
      isDeleted: row.isDeleted,
      signer: compileSigner(row.signing, keys),
    };
  }

  private toTarget(endpointId: Uuid, row: TargetRow): RequestTarget {
    const headers = openHeaders(this.keyRing, endpointId, row.sealedHeaders);
    return { url: row.url, payloadFormat: row.payloadFormat, headers, credentials: row.credentials ?? NO_CREDENTIALS };
  }
}
