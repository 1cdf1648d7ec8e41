import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import { DatabaseClock, type Uuid } from '#kernel';
import { EventFinder } from './event-finder.js';
import { lookThrough, readSlice } from './look.js';
import { equals, Parameters, tenantConditions, where } from './query-parts.js';
import { type MatchedBy, rankHits, type SearchHit } from './search-hit.js';
import {
  ATTEMPTS,
  DEAD_LETTERS,
  DELIVERIES,
  ENDPOINTS,
  EVENTS,
  REPLAYS,
  type SearchSource,
  SUBSCRIPTIONS,
  TENANTS,
} from './search-sources.js';
import { readSearchTerm, type SearchTerm, type SoughtPrefix } from './search-term.js';
import type { Viewer } from './viewer.js';
import { windowsOf } from './windows.js';

/** What was found, with the name of its tenant; null when the searcher may not read tenants. */
export interface NamedHit extends SearchHit {
  readonly tenantName: string | null;
}

/** Names are compared from their beginning by an index, and anywhere within them in this many of the newest tenants. */
const TENANTS_LOOKED_AT = 5_000;

/** Sorts behind every other character: the end of all texts that begin alike. */
const LAST = '\u{10FFFF}';

const BY_ID: Readonly<Record<SoughtPrefix, readonly SearchSource[]>> = {
  ten: [TENANTS],
  ep: [ENDPOINTS],
  sub: [SUBSCRIPTIONS],
  evt: [EVENTS],
  dlv: DELIVERIES,
  dl: [DEAD_LETTERS],
  rpl: [REPLAYS],
};

/**
 * Answers the one box: whatever someone holds in their hand, an id, a URL, a key of their own, a name. Each look-up is by
 * an index and for a handful of rows, so that it costs the same however much is stored.
 */
@Injectable()
export class Search {
  constructor(
    private readonly db: Database,
    private readonly events: EventFinder,
    private readonly clock: DatabaseClock,
  ) {}

  /** The surest matches first; at most `limit` of each way of matching. */
  async find(viewer: Viewer, typed: string, limit: number): Promise<NamedHit[]> {
    const term = readSearchTerm(typed);
    switch (term.kind) {
      case 'nothing':
        return [];
      case 'id':
        return this.named(viewer, await this.byId(viewer, BY_ID[term.prefix], term.id));
      case 'attempt':
        return this.named(viewer, await this.attempt(viewer, term.deliveryId, term.number));
      case 'words':
        return this.named(viewer, rankHits(await this.byWords(viewer, term, limit)));
    }
  }

  private async byId(viewer: Viewer, sources: readonly SearchSource[], id: Uuid): Promise<SearchHit[]> {
    const found = sources.map((source) => this.read('id', source, viewer, 1, (p) => [`${source.id} = ${p.add(id)}`]));
    return (await Promise.all(found)).flat();
  }

  private async attempt(viewer: Viewer, deliveryId: Uuid, number: number): Promise<SearchHit[]> {
    const found = ATTEMPTS.map((source) =>
      this.read('id', source, viewer, 1, (p) => {
        const id = p.add(deliveryId);
        return [`d.id = ${id}`, `a.delivery_id = ${id}`, `a.number = ${p.add(number)}`];
      }),
    );
    return (await Promise.all(found)).flat();
  }

  private async byWords(
    viewer: Viewer,
    { text, uid, urls }: SearchTerm & { kind: 'words' },
    limit: number,
  ): Promise<SearchHit[]> {
    const found = await Promise.all([
      this.tenantsByName(viewer, text, limit),
      ...urls.map((url) => this.endpointsByUrl(viewer, url, limit)),
      ...(uid === null ? [] : this.byUid(viewer, uid, limit)),
      this.eventsByKey(viewer, text, limit),
    ]);
    return found.flat();
  }

  private byUid(viewer: Viewer, uid: string, limit: number): Promise<SearchHit[]>[] {
    const living = (row: string) => (p: Parameters) => [`${row}.uid = ${p.add(uid)}`, `${row}.deleted_at IS NULL`];
    const ofEvents = async (): Promise<SearchHit[]> => {
      const ids = await this.events.byUid(uid, viewer.tenantIds);
      if (ids.length === 0) return [];
      return this.read('uid', EVENTS, viewer, limit, (p) => [`e.id = ANY (${p.add(ids)}::uuid[])`]);
    };
    return [
      this.read('uid', TENANTS, viewer, 1, living('t')),
      this.read('uid', ENDPOINTS, viewer, limit, living('p')),
      ofEvents(),
    ];
  }

  private async tenantsByName(viewer: Viewer, text: string, limit: number): Promise<SearchHit[]> {
    const name = text.toLowerCase();
    const newest = {
      ...TENANTS,
      from: `(SELECT * FROM tenants WHERE deleted_at IS NULL ORDER BY id DESC LIMIT ${TENANTS_LOOKED_AT}) t`,
    };
    const found = await Promise.all([
      this.read('name', TENANTS, viewer, limit, (p) => [
        't.deleted_at IS NULL',
        ...beginsWith(p, 'lower(t.name)', name),
      ]),
      this.read('name', newest, viewer, limit, (p) => [`strpos(lower(t.name), ${p.add(name)}) > 1`]),
    ]);
    return found.flat().slice(0, limit);
  }

  private endpointsByUrl(viewer: Viewer, url: string, limit: number): Promise<SearchHit[]> {
    return this.read('url', ENDPOINTS, viewer, limit, (p) => [
      'p.deleted_at IS NULL',
      ...beginsWith(p, 'lower(p.url)', url),
    ]);
  }

  /** The newest events of a business key or a correlation id, window by window: nearly always those of the last days. */
  private async eventsByKey(viewer: Viewer, text: string, limit: number): Promise<SearchHit[]> {
    if (viewer.tenantIds?.length === 0) return [];
    const page: ListPage = { limit, after: null, order: 'desc' };
    const { rows } = await lookThrough<SearchHit>(page, windowsOf(page, this.clock.now()), (window, budget) =>
      readSlice<SearchHit>(this.db, window, budget, (parameters) =>
        [
          ['subject', 'e.subject'],
          ['correlationId', 'e.correlation_id'],
        ].map(([matchedBy, column]) => ({
          columns: `${EVENTS.columns}, '${matchedBy}' AS "matchedBy"`,
          from: EVENTS.from,
          id: EVENTS.id,
          lead: equals(parameters, column!, text),
          rest: seenConditions(parameters, EVENTS, viewer),
        })),
      ),
    );
    return [...rows];
  }

  private async read(
    matchedBy: MatchedBy,
    source: SearchSource,
    viewer: Viewer,
    limit: number,
    conditionsOf: (parameters: Parameters) => string[],
  ): Promise<SearchHit[]> {
    // What is configured is not a publisher's to read.
    if (viewer.publishedBy !== null && source.publishedBy === null) return [];
    const parameters = new Parameters();
    const conditions = [...conditionsOf(parameters), ...seenConditions(parameters, source, viewer)];
    const rows = await this.db.query<SearchHit>(
      `SELECT ${source.columns}, '${matchedBy}' AS "matchedBy" FROM ${source.from} ${where(conditions)}
        LIMIT ${parameters.add(limit)}`,
      parameters.values,
    );
    return rows;
  }

  private async named(viewer: Viewer, hits: readonly SearchHit[]): Promise<NamedHit[]> {
    const ids = viewer.publishedBy === null ? [...new Set(hits.flatMap(({ tenantId }) => tenantId ?? []))] : [];
    const rows =
      ids.length === 0
        ? []
        : await this.db.query<{ id: Uuid; name: string }>(`SELECT id, name FROM tenants WHERE id = ANY ($1::uuid[])`, [
            ids,
          ]);
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    return hits.map((hit) => ({ ...hit, tenantName: names.get(hit.tenantId ?? '') ?? null }));
  }
}

function seenConditions(parameters: Parameters, source: SearchSource, { tenantIds, publishedBy }: Viewer): string[] {
  return [
    ...tenantConditions(parameters, source.tenant, tenantIds),
    ...(publishedBy === null || source.publishedBy === null ? [] : [source.publishedBy(parameters.add(publishedBy))]),
  ];
}

/** As a range by the operators of the index, which no locale has a say in. */
function beginsWith(parameters: Parameters, column: string, text: string): string[] {
  return [`${column} ~>=~ ${parameters.add(text)}`, `${column} ~<~ ${parameters.add(text + LAST)}`];
}
