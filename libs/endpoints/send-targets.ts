import { Injectable } from '@nestjs/common';
import { CONFIG_CHANNEL, Database, type Listener, plainArray, type Statement } from '#database';
import { KeyRing, type Uuid } from '#kernel';
import type { GateTarget, RateLimit } from '#policy';
import {
  compileSigner,
  type DatedKey,
  type PayloadFormat,
  type SecretEncoding,
  type Signer,
  type SigningScheme,
  toSigningKey,
} from '#signing';
import { parseTarget, type SendTarget as UrlTarget } from '#transport';
import { REQUIRES_PROOF } from './endpoint-rows.js';
import { openCredentials } from './sealed-credentials.js';
import { openHeaders } from './sealed-headers.js';
import { type OAuth2Client, toSendCredentials } from './send-credentials.js';
import { toSentSecrets } from './sent-secrets.js';

/** All that a worker needs to send to an endpoint, with secrets opened, signing compiled and the URL taken apart. */
export interface SendTarget extends GateTarget {
  readonly endpointId: Uuid;
  readonly tenantId: Uuid;
  readonly version: number;
  /** The tenant's config version that this was read at: tells the newer of two answers. */
  readonly configVersion: number;
  readonly url: UrlTarget;
  /** It is disabled until it proves that it wants the traffic. */
  readonly isUnproven: boolean;
  /** The endpoint's own headers, credentials included, flat name, value pairs. */
  readonly headers: readonly string[];
  /** The header that carries the endpoint's credentials, in lower case: an event may not bring another one. */
  readonly authHeader: string | null;
  /** Secrets among the headers, to be masked where the receiver repeats them. */
  readonly sentSecrets: readonly string[];
  /** For endpoints that want an access token. */
  readonly oauth2: OAuth2Client | null;
  readonly signer: Signer;
  readonly payloadFormat: PayloadFormat;
  /** Null where the platform's default holds. */
  readonly timeoutMs: number | null;
  readonly retrySchedule: readonly number[] | null;
  readonly maxInFlight: number | null;
  readonly rateLimit: RateLimit | null;
}

interface SecretRow {
  id: Uuid;
  sealed: string;
  encoding: SecretEncoding;
  activatesAtMs: number;
  expiresAtMs: number | null;
}

interface Row {
  endpointId: Uuid;
  tenantId: Uuid;
  version: number;
  configVersion: number;
  status: GateTarget['status'];
  isTenantPaused: boolean;
  isUnproven: boolean;
  url: string;
  sealedHeaders: Buffer | null;
  sealedCredentials: Buffer | null;
  payloadFormat: PayloadFormat;
  signing: SigningScheme[];
  timeoutSeconds: number | null;
  retrySchedule: number[] | null;
  maxInFlight: number | null;
  rateLimit: number | null;
  ratePeriodSeconds: number | null;
  secrets: SecretRow[] | null;
}

const LOAD: Statement = {
  name: 'load_send_targets',
  text: `
    SELECT e.id AS "endpointId", e.tenant_id AS "tenantId", e.version, t.config_version AS "configVersion",
           CASE WHEN e.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL THEN 'deleted' ELSE e.status END AS status,
           t.paused_at IS NOT NULL AS "isTenantPaused",
           e.status = 'disabled' AND ${REQUIRES_PROOF} AND e.verified_url IS DISTINCT FROM e.url AS "isUnproven", e.url, e.sealed_headers AS "sealedHeaders",
           e.sealed_credentials AS "sealedCredentials",
           e.payload_format AS "payloadFormat", e.signing, e.timeout_seconds AS "timeoutSeconds",
           e.retry_schedule AS "retrySchedule", e.max_in_flight AS "maxInFlight", e.rate_limit AS "rateLimit",
           e.rate_period_seconds AS "ratePeriodSeconds",
           (SELECT json_agg(json_build_object('id', s.id, 'sealed', encode(s.sealed_secret, 'hex'),
                     'encoding', s.encoding,
                     'activatesAtMs', extract(epoch FROM s.activates_at)::float8 * 1000,
                     'expiresAtMs', extract(epoch FROM s.expires_at)::float8 * 1000)
                     ORDER BY s.activates_at DESC, s.id DESC)
              FROM endpoint_secrets s
             WHERE s.endpoint_id = e.id AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())) AS secrets
      FROM endpoints e JOIN tenants t ON t.id = e.tenant_id
     WHERE e.id = ANY ($1::uuid[])`,
};

/** Endpoints of these tenants are read again. $1: seconds to look back. */
const CHANGED: Statement = {
  name: 'changed_tenants',
  text: `
    SELECT id, config_version AS version FROM tenants
     WHERE config_changed_at > clock_timestamp() - make_interval(secs => $1)`,
};

const POLL_MS = 1_000;

/** Two looks overlap by this, for a change may commit after its time stamp. */
const OVERLAP_SECONDS = 30;

const CAPACITY = 20_000;

export interface SendTargetsLog {
  error(facts: object, message: string): void;
}

/**
 * The endpoints that a worker sends to, kept in the process and followed: every change reaches them within a second,
 * at once where the notification arrives.
 */
@Injectable()
export class SendTargets {
  private readonly kept = new Map<Uuid, SendTarget>();
  private readonly byTenant = new Map<Uuid, Set<Uuid>>();
  private readonly seenVersions = new Map<Uuid, number>();
  /** Endpoints that cannot be sent to as they stand, and why. */
  private readonly unusable = new Map<Uuid, string>();
  private waiting = new Map<Uuid, Promise<void>>();
  private batch: Uuid[] = [];
  private batchDone: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  /** Of the monotonic clock: when the last look for changes began that was answered, or when following began. */
  private lookedAtMs = 0;
  private log: SendTargetsLog | null = null;

  constructor(
    private readonly db: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /** Follows changes from now on. `listener` must not have been started yet. */
  follow(listener: Listener, log: SendTargetsLog): void {
    this.log = log;
    this.lookedAtMs = performance.now();
    listener.on(CONFIG_CHANNEL, (tenantId) => void this.reloadTenants([tenantId]).catch(() => undefined));
    this.timer = setInterval(() => void this.poll().catch(() => undefined), POLL_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** The endpoint as far as it is known, at `version` or newer; undefined when it must be loaded first. */
  peek(endpointId: Uuid, version: number): SendTarget | undefined {
    const target = this.kept.get(endpointId);
    return target !== undefined && target.version >= version ? target : undefined;
  }

  /** Whether the endpoint's row is there but cannot be used: its secrets do not open with the keys that we have. */
  isUnusable(endpointId: Uuid): boolean {
    return this.unusable.has(endpointId);
  }

  /**
   * Loads the endpoint; all that ask in the same turn share a query, and those that ask while it runs share its answer.
   * Undefined when there is no such row at all, or {@link isUnusable}.
   */
  async load(endpointId: Uuid): Promise<SendTarget | undefined> {
    let loading = this.waiting.get(endpointId);
    if (!loading) {
      this.batch.push(endpointId);
      this.batchDone ??= Promise.resolve().then(() => this.loadBatch());
      loading = this.batchDone;
      this.waiting.set(endpointId, loading);
    }
    await loading;
    return this.kept.get(endpointId);
  }

  private async loadBatch(): Promise<void> {
    const ids = this.batch;
    this.batch = [];
    this.batchDone = null;
    try {
      await this.read(ids);
    } finally {
      for (const id of ids) this.waiting.delete(id);
    }
  }

  private async poll(): Promise<void> {
    const nowMs = performance.now();
    // From the last look that was answered: whoever was cut off from the database for minutes must not miss those minutes.
    const lookBackSeconds = OVERLAP_SECONDS + (nowMs - this.lookedAtMs) / 1_000;
    const changed = await this.db.query<{ id: Uuid; version: number }>(CHANGED, [lookBackSeconds]);
    const news = changed.filter(({ id, version }) => this.seenVersions.get(id) !== version);
    await this.reloadTenants(news.map(({ id }) => id));
    for (const { id, version } of news) this.seenVersions.set(id, version);
    this.lookedAtMs = nowMs;
    if (this.seenVersions.size > CAPACITY) this.seenVersions.clear();
  }

  private async reloadTenants(tenantIds: readonly Uuid[]): Promise<void> {
    const endpoints = tenantIds.flatMap((id) => [...(this.byTenant.get(id) ?? [])]);
    if (endpoints.length > 0) await this.read(endpoints);
  }

  private async read(ids: readonly Uuid[]): Promise<void> {
    const rows = await this.db.query<Row>(LOAD, [plainArray(ids)]);
    for (const row of rows) this.take(row);
  }

  /** One endpoint that cannot be opened is its own trouble, not that of those that were read with it. */
  private take(row: Row): void {
    try {
      this.keep(this.toTarget(row));
      this.unusable.delete(row.endpointId);
    } catch (error) {
      const reason = (error as Error).message;
      // Not sent to as it was before either: nobody knows whether that is still meant.
      this.forget(row.endpointId);
      if (this.unusable.get(row.endpointId) === reason) return;
      if (this.unusable.size >= CAPACITY) this.unusable.clear();
      this.unusable.set(row.endpointId, reason);
      this.log?.error({ endpoint: row.endpointId, reason }, 'an endpoint cannot be opened; its deliveries wait');
    }
  }

  private keep(target: SendTarget): void {
    // Two reads may overtake each other: the older answer must not win.
    if ((this.kept.get(target.endpointId)?.configVersion ?? 0) > target.configVersion) return;
    if (this.kept.size >= CAPACITY && !this.kept.has(target.endpointId)) this.forgetOldest();
    this.kept.set(target.endpointId, target);
    let siblings = this.byTenant.get(target.tenantId);
    if (!siblings) this.byTenant.set(target.tenantId, (siblings = new Set()));
    siblings.add(target.endpointId);
  }

  private forgetOldest(): void {
    this.forget(this.kept.keys().next().value!);
  }

  private forget(endpointId: Uuid): void {
    const target = this.kept.get(endpointId);
    if (!target) return;
    this.kept.delete(endpointId);
    const siblings = this.byTenant.get(target.tenantId)!;
    siblings.delete(endpointId);
    if (siblings.size === 0) this.byTenant.delete(target.tenantId);
  }

  private toKey({ id, sealed, encoding, activatesAtMs, expiresAtMs }: SecretRow): DatedKey {
    const text = this.keyRing.open(Buffer.from(sealed, 'hex'), id).toString();
    return { key: toSigningKey(text, encoding), activatesAtMs, expiresAtMs };
  }

  private toTarget(row: Row): SendTarget {
    const kept = openCredentials(this.keyRing, row.endpointId, row.sealedCredentials);
    const credentials = toSendCredentials(row.endpointId, kept);
    const headers = openHeaders(this.keyRing, row.endpointId, row.sealedHeaders);
    return {
      endpointId: row.endpointId,
      tenantId: row.tenantId,
      version: row.version,
      configVersion: row.configVersion,
      status: row.status,
      isTenantPaused: row.isTenantPaused,
      isUnproven: row.isUnproven,
      url: parseTarget(row.url, credentials.identity),
      headers: [...Object.entries(headers).flat(), ...credentials.header],
      authHeader: credentials.headerName,
      sentSecrets: toSentSecrets(headers, kept),
      oauth2: credentials.oauth2,
      signer: compileSigner(
        row.signing,
        (row.secrets ?? []).map((secret) => this.toKey(secret)),
      ),
      payloadFormat: row.payloadFormat,
      timeoutMs: row.timeoutSeconds === null ? null : row.timeoutSeconds * 1000,
      retrySchedule: row.retrySchedule,
      maxInFlight: row.maxInFlight,
      rateLimit: row.rateLimit === null ? null : { limit: row.rateLimit, periodSeconds: row.ratePeriodSeconds! },
    };
  }
}
