import { Injectable } from '@nestjs/common';
import { Database, type Statement } from '#database';
import { parseTypeId, type Uuid } from '#kernel';
import { type Clause, type JsonObject, Matcher, NO_FILTER_LIMITS, readFilter, type SubscriptionRule } from '#policy';

/** An endpoint as matching sees it. */
export interface MatchedEndpoint {
  readonly id: Uuid;
  readonly uid: string | null;
  readonly version: number;
  readonly isDisabled: boolean;
  /** Its deliveries are made one after the other. */
  readonly isOrdered: boolean;
}

/** What publishing needs to know of one tenant, as of `version`. */
export interface TenantConfig {
  readonly tenantId: Uuid;
  readonly uid: string | null;
  readonly version: number;
  /** Events a second; null: any number. */
  readonly publishPerSecond: number | null;
  readonly matcher: Matcher;
  readonly endpoints: ReadonlyMap<Uuid, MatchedEndpoint>;
}

interface Row {
  tenantId: Uuid;
  uid: string | null;
  version: number;
  publishPerSecond: number | null;
  endpoints: { id: Uuid; uid: string | null; version: number; status: string; ordering: string }[] | null;
  subscriptions: (Omit<SubscriptionRule, 'id' | 'filter'> & { id: Uuid; filter: JsonObject | null })[] | null;
}

const LOAD: Statement = {
  name: 'load_tenant_config',
  text: `
    SELECT t.id AS "tenantId", t.uid, t.config_version AS version,
           (t.settings->>'publishPerSecond')::int AS "publishPerSecond",
           (SELECT json_agg(json_build_object('id', e.id, 'uid', e.uid, 'version', e.version, 'status', e.status,
                                              'ordering', e.ordering))
              FROM endpoints e WHERE e.tenant_id = t.id AND e.deleted_at IS NULL) AS endpoints,
           (SELECT json_agg(json_build_object('id', s.id, 'endpointId', s.endpoint_id, 'eventTypes', s.event_types,
                                              'channels', s.channels, 'filter', s.filter))
              FROM subscriptions s JOIN endpoints e ON e.id = s.endpoint_id AND e.deleted_at IS NULL
             WHERE s.tenant_id = t.id AND s.deleted_at IS NULL AND s.enabled) AS subscriptions
      FROM tenants t
     WHERE t.deleted_at IS NULL AND (t.id = $1 OR t.uid = $2)`,
};

/** Tenants kept; the one that was not asked for longest goes first. */
const CAPACITY = 10_000;

/**
 * The configuration of tenants, kept in the process. It is never asked whether it is fresh: the publish statement
 * compares the version inside its transaction, and on a mismatch the publisher asks for it anew. So publishing reads
 * its own writes on any process, without a query for each publish.
 */
@Injectable()
export class TenantConfigs {
  /** By what callers wrote: TypeID or uid. In the order of use. */
  private readonly kept = new Map<string, TenantConfig>();
  private readonly loading = new Map<
    string,
    { readonly number: number; readonly config: Promise<TenantConfig | null> }
  >();
  private begun = 0;

  constructor(private readonly db: Database) {}

  /** The configuration kept for a tenant, by id or uid, or undefined when it must be loaded. */
  peek(ref: string): TenantConfig | undefined {
    const config = this.kept.get(ref);
    if (config && this.kept.size > CAPACITY / 2) {
      this.kept.delete(ref);
      this.kept.set(ref, config);
    }
    return config;
  }

  /** Loads a tenant's configuration as it is now; null when there is no such (living) tenant. */
  async load(ref: string): Promise<TenantConfig | null> {
    return this.loadAfter(ref, 0);
  }

  /** How many reads were begun so far: a point in time for {@link loadAfter}. */
  get readsBegun(): number {
    return this.begun;
  }

  /** Like {@link load}, but only by a read that began after the first `reads`. Those who ask together share one. */
  async loadAfter(ref: string, reads: number): Promise<TenantConfig | null> {
    const known = this.loading.get(ref);
    if (known && known.number > reads) return known.config;
    const number = ++this.begun;
    const config = this.read(ref).finally(() => {
      if (this.loading.get(ref)?.number === number) this.loading.delete(ref);
    });
    this.loading.set(ref, { number, config });
    return config;
  }

  /**
   * Like {@link load}, but never answered by a read that began before this call: for a caller who was just told that
   * what it knows is old.
   */
  async reload(ref: string): Promise<TenantConfig | null> {
    return this.loadAfter(ref, this.begun);
  }

  private async read(ref: string): Promise<TenantConfig | null> {
    const tenantId = parseTypeId('ten', ref);
    const [row] = await this.db.query<Row>(LOAD, [tenantId, tenantId === null ? ref : null]);
    if (!row) {
      this.kept.delete(ref);
      return null;
    }
    const config = toConfig(row);
    if (this.kept.size >= CAPACITY) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(ref, config);
    return config;
  }
}

function toConfig(row: Row): TenantConfig {
  return {
    tenantId: row.tenantId,
    uid: row.uid,
    version: row.version,
    publishPerSecond: row.publishPerSecond,
    matcher: new Matcher((row.subscriptions ?? []).map(toRule)),
    endpoints: new Map(
      (row.endpoints ?? []).map(({ status, ordering, ...endpoint }) => [
        endpoint.id,
        { ...endpoint, isDisabled: status === 'disabled', isOrdered: ordering === 'fifo' },
      ]),
    ),
  };
}

/** A subscription as matching asks it. What its filter says was checked when it was written. */
export function toRule<Row extends { id: Uuid; filter: JsonObject | null }>(
  row: Row,
): Omit<Row, 'filter'> & { filter: Clause | null } {
  const { filter } = row;
  if (filter === null) return { ...row, filter };
  const read = readFilter(filter, NO_FILTER_LIMITS);
  if ('clause' in read) return { ...row, filter: read.clause };
  throw new Error(`the filter of subscription ${row.id} cannot be read: ${JSON.stringify(read.errors)}`);
}
