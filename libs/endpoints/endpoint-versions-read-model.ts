import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { ActorKind, AuditAction } from '#audit';
import { Database, type ListPage } from '#database';
import { KeyRing, PosthornError, type Uuid } from '#kernel';
import { maskHeaders } from '#policy';
import { NO_CREDENTIALS } from './credentials.js';
import type { EndpointSettings, EndpointStatus } from './endpoint.js';
import { type KeptVersion, VERSION_COLUMNS } from './endpoint-history.js';
import { type EndpointRow, openSettingsOf } from './endpoint-rows.js';
import { openHeaders } from './sealed-headers.js';
import { type Subscription, toSubscription } from './subscription-rows.js';

/** What is shown of an endpoint as it was, with masks for what is secret. */
export type PastSettings = EndpointSettings & { readonly status: EndpointStatus };

/** One version of an endpoint, as its history tells of it. */
export interface EndpointVersion {
  readonly version: number;
  readonly createdAt: Date;
  /** Null of versions from before there was a history, as is all that follows. */
  readonly action: AuditAction | null;
  readonly actorKind: ActorKind | null;
  readonly apiKeyId: Uuid | null;
  readonly apiKeyName: string | null;
  readonly onBehalfOf: string | null;
  readonly settings: PastSettings | null;
  readonly subscriptions: readonly Subscription[] | null;
  /** What differs from the version before: names of settings, and `subscriptions`. */
  readonly changed: readonly string[];
}

type Row = KeptVersion & {
  readonly earlier: Pick<KeptVersion, 'document' | 'credentials' | 'subscriptions'> & { sealed_headers: string | null };
};

/** Answers what an endpoint and its subscriptions have been. */
@Injectable()
export class EndpointVersionsReadModel {
  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /** By number; `page.after` is the number of the last one before. */
  async list(endpointId: Uuid, page: ListPage): Promise<EndpointVersion[]> {
    const { after, order } = page;
    if (after !== null && !/^\d{1,9}$/.test(after)) {
      throw new PosthornError('invalid_cursor', 'The cursor is not one of ours.');
    }
    const rows = await this.db.query<Row>(
      `SELECT ${VERSION_COLUMNS}, (
         SELECT json_build_object('document', p.document, 'subscriptions', p.subscriptions,
                                  'credentials', p.credentials,
                                  'sealed_headers', encode(p.sealed_headers, 'base64'))
           FROM endpoint_versions p
          WHERE p.endpoint_id = $1 AND p.version < v.version ORDER BY p.version DESC LIMIT 1) AS earlier
         FROM endpoint_versions v
        WHERE endpoint_id = $1 AND ($2::int IS NULL OR version ${order === 'asc' ? '>' : '<'} $2)
          AND ($3::float8 IS NULL OR created_at >= to_timestamp($3 / 1000))
          AND ($4::float8 IS NULL OR created_at < to_timestamp($4 / 1000))
        ORDER BY version ${order} LIMIT $5`,
      [endpointId, after, page.sinceMs ?? null, page.untilMs ?? null, page.limit],
    );
    return rows.map((row) => this.toVersion(endpointId, row));
  }

  private toVersion(endpointId: Uuid, row: Row): EndpointVersion {
    const settings = this.settingsOf(endpointId, row);
    const subscriptions = row.subscriptions?.map(toPastSubscription) ?? null;
    const earlier = row.earlier && {
      ...row.earlier,
      sealed_headers: row.earlier.sealed_headers === null ? null : Buffer.from(row.earlier.sealed_headers, 'base64'),
    };
    return {
      version: row.version,
      createdAt: row.created_at,
      action: row.action,
      actorKind: row.actor_kind,
      apiKeyId: row.api_key_id,
      apiKeyName: row.api_key_name,
      onBehalfOf: row.on_behalf_of,
      settings: settings && { ...settings, headers: maskHeaders(settings.headers) },
      subscriptions,
      changed: earlier
        ? changedBetween(
            { ...this.settingsOf(endpointId, earlier), subscriptions: earlier.subscriptions?.map(toPastSubscription) },
            { ...settings, subscriptions },
          )
        : [],
    };
  }

  /** With the real values of the headers, so that a change of one that is masked is seen. */
  private settingsOf(
    endpointId: Uuid,
    { document, credentials, sealed_headers }: Pick<KeptVersion, 'document' | 'credentials' | 'sealed_headers'>,
  ): PastSettings | null {
    if (document === null) return null;
    const row = document as EndpointRow;
    return {
      ...openSettingsOf(row),
      headers: openHeaders(this.keyRing, endpointId, sealed_headers),
      ...(credentials ?? NO_CREDENTIALS),
      status: row.status,
    };
  }
}

function toPastSubscription(row: Parameters<typeof toSubscription>[0]): Subscription {
  return toSubscription({ ...row, created_at: new Date(row.created_at), updated_at: new Date(row.updated_at) });
}

function changedBetween(before: object, after: object): string[] {
  const [was, is] = [before, after].map((one) => one as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  return Object.keys(is).filter((name) => !isDeepStrictEqual(was[name] ?? null, is[name] ?? null));
}
