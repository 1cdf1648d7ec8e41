import type { Executor } from '#database';
import type { Uuid } from '#kernel';

/** The channel on which workers tell what became of deliveries. */
export const NEWS_CHANNEL = 'posthorn_delivery_news';

/** The channel on which those who want to hear it say so, again and again while they do. */
export const WATCH_CHANNEL = 'posthorn_watchers';

/** So often watchers say that they are there; workers believe it for some times as long. */
export const WATCH_EVERY_MS = 10_000;
const BELIEVED_MS = 3 * WATCH_EVERY_MS;

const TELL_MS = 1_000;

/** A notification holds 8,000 bytes, and a change takes some 180. */
const MOST_CHANGES = 40;
/** One busy tenant leaves room for the others. */
const MOST_OF_TENANT = 20;

/** A delivery that an attempt has moved on. */
export interface DeliveryChange {
  readonly deliveryId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly eventId: Uuid;
  readonly status: 'pending' | 'succeeded' | 'dead';
}

/** What became of deliveries within about a second. */
export interface DeliveryNews {
  readonly changes: readonly DeliveryChange[];
  /** Whether there was more than could be told. */
  readonly hasMore: boolean;
}

/** What is known of a delivery where its attempt is recorded. */
interface Noted {
  readonly deliveryId: Uuid;
  readonly endpointId: Uuid;
  readonly event: { readonly id: Uuid };
}

/**
 * Tells whoever watches what becomes of deliveries: hints, about once a second, some of many. While nobody watches nothing
 * is collected.
 */
export class NewsDesk {
  private watchedUntilMs = Number.NEGATIVE_INFINITY;
  private changes: DeliveryChange[] = [];
  private readonly byTenant = new Map<Uuid, number>();
  private hasMore = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly db: Executor,
    /** Of a monotonic clock. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Somebody has said that they watch. */
  watch(): void {
    this.watchedUntilMs = this.now() + BELIEVED_MS;
  }

  /** An attempt was put on record; `to`: where the delivery went. */
  note({ deliveryId, endpointId, event }: Noted, tenantId: Uuid, to: 'succeeded' | 'retry' | 'dead'): void {
    if (this.now() > this.watchedUntilMs) return;
    const ofTenant = this.byTenant.get(tenantId) ?? 0;
    if (this.changes.length >= MOST_CHANGES || ofTenant >= MOST_OF_TENANT) this.hasMore = true;
    else {
      const status = to === 'retry' ? 'pending' : to;
      this.changes.push({ deliveryId, tenantId, endpointId, eventId: event.id, status });
      this.byTenant.set(tenantId, ofTenant + 1);
    }
    this.timer ??= setTimeout(() => void this.tell(), TELL_MS).unref();
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private async tell(): Promise<void> {
    const news = { changes: this.changes, hasMore: this.hasMore };
    this.timer = null;
    this.changes = [];
    this.byTenant.clear();
    this.hasMore = false;
    // Only hints: what cannot be told now is seen with the next look at a list.
    await this.db.query('SELECT pg_notify($1, $2)', [NEWS_CHANNEL, writeNews(news)]).catch(() => undefined);
  }
}

/** As short as can be, for a notification. */
export function writeNews({ changes, hasMore }: DeliveryNews): string {
  const rows = changes.map((one) => [one.deliveryId, one.tenantId, one.endpointId, one.eventId, one.status]);
  return JSON.stringify([hasMore, rows]);
}

export function readNews(payload: string): DeliveryNews {
  const [hasMore, rows] = JSON.parse(payload) as [boolean, [Uuid, Uuid, Uuid, Uuid, DeliveryChange['status']][]];
  return {
    hasMore,
    changes: rows.map(([deliveryId, tenantId, endpointId, eventId, status]) => {
      return { deliveryId, tenantId, endpointId, eventId, status };
    }),
  };
}
