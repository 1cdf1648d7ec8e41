import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database, type Executor, withRetries } from '#database';
import { DeadLetterStore, DUE_CHANNEL } from '#deliveries';
import { DatabaseClock, newUuid, PosthornError, toTypeId, type Uuid } from '#kernel';

/** A delivery that has ended, with what decides whether it may be made again. */
interface Original {
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly subscriptionId: Uuid | null;
  readonly type: string;
}

/** The endpoint as it is now. */
interface Target {
  readonly status: string;
  readonly version: number;
}

/** What is left of the event. */
interface Content {
  readonly isErased: boolean;
  /** The event's own, or the end of retention if that comes first. */
  readonly expiresAt: Date;
  readonly isExpired: boolean;
}

const TRIES = 4;

/**
 * Delivers again: a new delivery of the same event, to the endpoint as it is now, on the full schedule, whatever
 * subscriptions say today. Throws {@link PosthornError}: `not_found`, `not_replayable`, `event_expired`,
 * `already_resolved`.
 */
@Injectable()
export class Replayer {
  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
    private readonly deadLetters: DeadLetterStore,
    private readonly config: Config,
  ) {}

  /**
   * Replays a delivery that has ended; answers the new one's id. A dead letter that it left is resolved with it, under
   * the note given.
   */
  async replayDelivery(deliveryId: Uuid, note: string | null = null): Promise<Uuid> {
    return this.inTransaction(async (tx) => {
      const replay = await this.open(tx, deliveryId);
      await this.deadLetters.resolveOfDelivery(tx, deliveryId, 'replayed', note);
      return replay;
    });
  }

  /** Replays the delivery that a dead letter stands for, and resolves it; answers the new delivery's id. */
  async replayDeadLetter(deadLetterId: Uuid, note: string | null = null): Promise<Uuid> {
    return this.inTransaction(async (tx) => {
      const deliveryId = await this.deadLetters.resolve(tx, deadLetterId, 'replayed', note);
      if (deliveryId === null) throw await whyUnresolvable(tx, deadLetterId);
      return this.open(tx, deliveryId);
    });
  }

  private inTransaction<T>(work: (tx: Executor) => Promise<T>): Promise<T> {
    return withRetries(TRIES, () => this.db.transaction(work));
  }

  /** The steps of a replay. The notification leaves with the commit, so that a pump takes the row at once. */
  private async open(tx: Executor, deliveryId: Uuid): Promise<Uuid> {
    const original = await findEnded(tx, deliveryId);
    await takeTurns(tx, original);
    await refuseOpen(tx, original);
    const { expiresAt } = await findContent(tx, original, this.config.retention.days);
    const { version } = await findTarget(tx, original);
    const id = newUuid(this.clock.now());
    await tx.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
              created_at, expires_at, replay_of, type, waiting_for)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp(), $7, $8, $9, 'queue')`,
      [
        id,
        original.eventId,
        original.tenantId,
        original.endpointId,
        original.subscriptionId,
        version,
        expiresAt,
        deliveryId,
        original.type,
      ],
    );
    await tx.query(`SELECT pg_notify($1, '')`, [DUE_CHANNEL]);
    return id;
  }
}

async function findEnded(tx: Executor, deliveryId: Uuid): Promise<Original> {
  const [original] = await tx.query<Original>(
    `SELECT event_id AS "eventId", tenant_id AS "tenantId", endpoint_id AS "endpointId",
            subscription_id AS "subscriptionId", type
       FROM deliveries WHERE id = $1`,
    [deliveryId],
  );
  if (original) return original;
  const [open] = await tx.query(`SELECT FROM open_deliveries WHERE id = $1`, [deliveryId]);
  if (open) throw notReplayable(`The delivery ${toTypeId('dlv', deliveryId)} is still open.`);
  throw new PosthornError('not_found', `There is no delivery ${toTypeId('dlv', deliveryId)}.`);
}

/** Two replays of one event to one endpoint at the same moment: the second sees what the first has opened. */
async function takeTurns(tx: Executor, { eventId, endpointId }: Original): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`replay ${eventId} ${endpointId}`]);
}

async function refuseOpen(tx: Executor, { eventId, endpointId }: Original): Promise<void> {
  const [open] = await tx.query<{ id: Uuid }>(
    `SELECT id FROM open_deliveries WHERE event_id = $1 AND endpoint_id = $2 LIMIT 1`,
    [eventId, endpointId],
  );
  if (open) throw notReplayable(`${toTypeId('dlv', open.id)} is still open for the same event and endpoint.`);
}

async function findContent(tx: Executor, { eventId }: Original, retentionDays: number): Promise<Content> {
  const [content] = await tx.query<Content>(
    `SELECT data IS NULL AS "isErased", least(expires_at, kept_until) AS "expiresAt",
            least(expires_at, kept_until) <= clock_timestamp() AS "isExpired"
       FROM (SELECT data, expires_at, created_at + make_interval(days => $2) AS kept_until FROM events WHERE id = $1) e`,
    [eventId, retentionDays],
  );
  const event = toTypeId('evt', eventId);
  if (!content) throw new PosthornError('event_expired', `The event ${event} is older than events are kept.`);
  if (content.isErased) throw new PosthornError('event_expired', `The payload of ${event} was erased.`);
  if (content.isExpired) throw new PosthornError('event_expired', `The event ${event} has expired.`);
  return content;
}

async function findTarget(tx: Executor, { endpointId }: Original): Promise<Target> {
  const [target] = await tx.query<Target>(
    `SELECT CASE WHEN e.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL THEN 'deleted' ELSE e.status END AS status,
            e.version
       FROM endpoints e JOIN tenants t ON t.id = e.tenant_id WHERE e.id = $1`,
    [endpointId],
  );
  const endpoint = toTypeId('ep', endpointId);
  if (!target || target.status === 'deleted') throw notReplayable(`The endpoint ${endpoint} was deleted.`);
  if (target.status === 'disabled') throw notReplayable(`The endpoint ${endpoint} is disabled: enable it first.`);
  return target;
}

async function whyUnresolvable(tx: Executor, deadLetterId: Uuid): Promise<PosthornError> {
  const [row] = await tx.query<{ resolution: string }>(`SELECT resolution FROM dead_letters WHERE id = $1`, [
    deadLetterId,
  ]);
  const name = toTypeId('dl', deadLetterId);
  if (!row) return new PosthornError('not_found', `There is no dead letter ${name}.`);
  return new PosthornError('already_resolved', `The dead letter ${name} was ${row.resolution} before.`);
}

function notReplayable(message: string): PosthornError {
  return new PosthornError('not_replayable', message);
}
