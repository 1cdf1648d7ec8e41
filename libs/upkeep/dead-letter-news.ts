import type { Database, Statement } from '#database';
import { announce, type Announcement } from '#endpoints';
import { toTypeId, type Uuid } from '#kernel';
import { OPERATIONAL_PREFIX } from '#policy';

/** Dead letters that one transaction tells of. */
const BATCH = 500;

/** How long one that dies waits for those that die soon after. */
const GATHERING_MS = 500;

interface Dead {
  readonly id: Uuid;
  readonly deliveryId: Uuid;
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly endpointUid: string | null;
  readonly type: string;
  readonly reason: string;
  readonly openedAt: Date;
  readonly attempts: number | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/**
 * Takes the oldest dead letters that were not told of, $1 at most, whoever else does so at the same time. Those of the
 * platform's own events are told of to nobody, or each would lead to the next.
 */
const TAKE: Statement = {
  name: 'take_unannounced',
  text: `
    WITH chosen AS MATERIALIZED (
      SELECT id FROM dead_letters WHERE announced_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE dead_letters l SET announced_at = clock_timestamp()
       WHERE l.id = ANY (ARRAY(SELECT id FROM chosen))
      RETURNING l.*
    )
    SELECT l.id, l.delivery_id AS "deliveryId", l.event_id AS "eventId", l.tenant_id AS "tenantId",
           l.endpoint_id AS "endpointId", p.uid AS "endpointUid", l.type, l.reason, l.opened_at AS "openedAt",
           d.attempts, d.last_status_code AS "lastStatusCode", d.last_error_code AS "lastErrorCode"
      FROM taken l
      LEFT JOIN LATERAL (SELECT uid FROM endpoints WHERE id = l.endpoint_id LIMIT 1) p ON true
      LEFT JOIN LATERAL (
        SELECT attempts, last_status_code, last_error_code FROM deliveries WHERE id = l.delivery_id LIMIT 1
      ) d ON true
     ORDER BY l.id`,
};

/**
 * Tells tenants of their dead letters. The dead letters themselves are the list of what is to be told: one that is
 * recorded is not announced, and is marked in the transaction that announces it. So each is told once, whoever dies when.
 */
export class DeadLetterNews {
  private timer: NodeJS.Timeout | null = null;
  private telling: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly db: Database) {}

  /** Something has died: tells of it in a moment, together with what dies meanwhile. */
  soon(): void {
    if (this.isStopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // What cannot be told now is told by upkeep.
      this.telling = this.telling.then(() => this.tell()).catch(() => undefined);
    }, GATHERING_MS);
  }

  /** Tells of all that was not told; answers how many events that made. */
  async tell(): Promise<number> {
    for (let told = 0; ; ) {
      const { taken, published } = await this.db.transaction(async (tx) => {
        const dead = await tx.query<Dead>(TAKE, [BATCH]);
        const news = dead.filter(({ type }) => !type.startsWith(OPERATIONAL_PREFIX)).map(toNews);
        return { taken: dead.length, published: (await announce(tx, news)).length };
      });
      told += published;
      if (taken < BATCH || this.isStopped) return told;
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.telling;
  }
}

function toNews(dead: Dead): Announcement {
  const delivery = toTypeId('dlv', dead.deliveryId);
  return {
    tenantId: dead.tenantId,
    type: 'posthorn.delivery.dead',
    subject: delivery,
    data: {
      endpoint: toTypeId('ep', dead.endpointId),
      endpointUid: dead.endpointUid,
      delivery,
      deadLetter: toTypeId('dl', dead.id),
      event: toTypeId('evt', dead.eventId),
      eventType: dead.type,
      reason: dead.reason,
      attemptCount: dead.attempts,
      lastStatusCode: dead.lastStatusCode,
      lastErrorCode: dead.lastErrorCode,
      openedAt: dead.openedAt.toISOString(),
    },
  };
}
