import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '#config';
import { Database, Listener } from '#database';
import { NEWS_CHANNEL, readNews, WATCH_CHANNEL, WATCH_EVERY_MS } from '#deliveries';
import { OverviewReadModel } from '#insights';
import { PosthornError, toTypeId, type Uuid } from '#kernel';
import { toOverviewResponse } from '../stats/overview.response.js';
import type { LiveStream } from './live-stream.js';

const BEAT_MS = 15_000;
const OVERVIEW_MS = 5_000;

/** Streams of one process, of one tenant, and of one key or session, at most. */
const MOST_STREAMS = 500;
const MOST_OF_TENANT = 100;
const MOST_OF_READER = 25;

/**
 * Everybody who watches through this process. While anyone does, one connection listens to what workers tell, and how things
 * stand is looked at every few seconds, once for all of them.
 */
@Injectable()
export class LiveStreams implements OnModuleDestroy {
  private readonly streams = new Set<LiveStream>();
  private readonly startedAt = Date.now().toString(36);
  private listener: Listener | null = null;
  private timers: NodeJS.Timeout[] = [];
  private isClosed = false;
  private sequence = 0;
  private shownOverview = '';

  constructor(
    private readonly db: Database,
    private readonly config: Config,
    private readonly overview: OverviewReadModel,
  ) {}

  /** Throws when there are too many already, or the process is about to end. */
  assertRoom(reader: string, tenantId: Uuid | null): void {
    const wait = { retryAfterSeconds: 5 };
    if (this.isClosed || this.streams.size >= MOST_STREAMS) {
      throw new PosthornError('overloaded', 'No further stream can be opened here now.', wait);
    }
    let [ofReader, ofTenant] = [0, 0];
    for (const stream of this.streams) {
      if (stream.reader === reader) ofReader += 1;
      if (tenantId !== null && stream.tenantIds?.includes(tenantId)) ofTenant += 1;
    }
    if (ofReader < MOST_OF_READER && ofTenant < MOST_OF_TENANT) return;
    throw new PosthornError('rate_limited', 'This key, session or tenant has too many streams open; close one.', wait);
  }

  /** `isResumed`: there was a stream before, and nobody knows what it has missed since. */
  add(stream: LiveStream, isResumed: boolean): void {
    this.streams.add(stream);
    stream.onGone(() => this.remove(stream));
    stream.send(this.nextId(), { kind: isResumed ? 'more' : 'hello' });
    if (this.streams.size === 1) this.start();
    this.shownOverview = '';
    void this.showOverview();
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    for (const stream of this.streams) stream.end();
    await this.stop();
  }

  private remove(stream: LiveStream): void {
    this.streams.delete(stream);
    if (this.streams.size === 0) void this.stop();
  }

  private start(): void {
    this.listener = new Listener({
      url: this.config.database.directUrl,
      applicationName: 'posthorn-live',
      onLost: () => this.tellOfMore(),
    });
    this.listener.on(NEWS_CHANNEL, (payload) => this.tell(payload));
    this.listener.start();
    const every = (ms: number, run: () => Promise<unknown>): NodeJS.Timeout =>
      setInterval(() => void run(), ms).unref();
    this.timers = [
      every(WATCH_EVERY_MS, () => this.sayThatWeWatch()),
      every(OVERVIEW_MS, () => this.showOverview()),
      every(BEAT_MS, () => this.beat()),
    ];
    void this.sayThatWeWatch();
  }

  private async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    const listener = this.listener;
    this.listener = null;
    await listener?.close();
  }

  private async sayThatWeWatch(): Promise<void> {
    await this.db.query(`SELECT pg_notify($1, '')`, [WATCH_CHANNEL]).catch(() => undefined);
  }

  private tell(payload: string): void {
    const { changes, hasMore } = readNews(payload);
    for (const { deliveryId, tenantId, endpointId, eventId, status } of changes) {
      const id = this.nextId();
      const notice = {
        kind: 'delivery',
        id: toTypeId('dlv', deliveryId),
        tenant: toTypeId('ten', tenantId),
        endpoint: toTypeId('ep', endpointId),
        event: toTypeId('evt', eventId),
        status,
      };
      for (const stream of this.streams) if (stream.sees(tenantId)) stream.send(id, notice);
    }
    if (hasMore) this.tellOfMore();
  }

  /** Something may have changed that was not told of. */
  private tellOfMore(): void {
    const id = this.nextId();
    for (const stream of this.streams) stream.send(id, { kind: 'more' });
  }

  /** To those who see everything, when it is not as they know it; a tenant's own is asked for by its reader. */
  private async showOverview(): Promise<void> {
    const all = [...this.streams].filter(({ tenantIds }) => tenantIds === null);
    if (all.length === 0) return;
    const overview = await this.overview.get(null).catch(() => null);
    if (overview === null) return;
    const notice = Object.assign(toOverviewResponse(overview), { kind: 'overview' });
    const text = JSON.stringify(notice);
    if (text === this.shownOverview) return;
    this.shownOverview = text;
    const id = this.nextId();
    for (const stream of all) stream.send(id, notice);
  }

  /** Keeps connections open, and ends those whose reader may not read any more. */
  private async beat(): Promise<void> {
    for (const stream of this.streams) {
      // What cannot be known just now is known with the next beat.
      if (await stream.isAllowed().catch(() => true)) stream.beat();
      else stream.end();
    }
  }

  private nextId(): string {
    this.sequence += 1;
    return `${this.startedAt}-${this.sequence}`;
  }
}
