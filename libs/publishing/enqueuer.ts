import { performance } from 'node:perf_hooks';
import {
  type DispatchJob,
  type FreshDispatch,
  INLINE_BODY_CHARACTERS,
  type OpenDeliveryStore,
  packJobs,
  toWireEvent,
  type WireEvent,
} from '#deliveries';
import type { DispatchQueue, JobPayload, QueueUnavailableError } from '#queue';
import type { PreparedEvent } from './prepared-event.js';
import { QueueShares } from './queue-shares.js';

/** Events whose deliveries go through the queue, and the rank of their jobs. */
export type Admitted = ReadonlyMap<PreparedEvent, number>;

export interface EnqueuerLog {
  warn(facts: object, message: string): void;
}

/**
 * Brings fresh deliveries onto the fast lane. Whether they go there is decided before they are written, since rows that
 * a job will carry are leased for it and the others are due at once. Nobody waits for the queue: if a job is lost, its
 * rows' leases run out and the pumps take them.
 */
export class Enqueuer {
  private readonly underWay = new Set<Promise<void>>();
  private readonly shares = new QueueShares(() => performance.now());
  /** Jobs that the queue has not taken yet. */
  private jobsUnderWay = 0;

  constructor(
    private readonly queue: DispatchQueue,
    private readonly deliveries: OpenDeliveryStore,
    private readonly log: EnqueuerLog,
  ) {}

  /** Those of the events whose deliveries shall go through the queue: none while it is away, and of each tenant its share. */
  admit(events: readonly PreparedEvent[]): Admitted {
    if (!this.queue.isAvailable) return NONE;
    this.shares.reckon(this.queue.lastDepth + this.jobsUnderWay);
    const admitted = new Map<PreparedEvent, number>();
    for (const event of events) {
      const { config, deliveries, draft } = event;
      if (deliveries.length === 0) continue;
      const rank = this.shares.enter(config.tenantId, deliveries.length, inlineCharacters(draft.data));
      if (rank !== null) admitted.set(event, rank);
    }
    return admitted;
  }

  /** Makes jobs of admitted events that have been written. Returns at once. */
  enqueue(events: Admitted, leasedAtMs: number, leaseUntilMs: number): void {
    const fresh = freshByRank(events);
    if (fresh.length === 0) return;
    const adding = this.add(fresh, leasedAtMs, leaseUntilMs).finally(() => this.underWay.delete(adding));
    this.underWay.add(adding);
  }

  /**
   * Leaves to the pumps what was written, leased, by a flush whose answer was lost: no job was made of it. What has been
   * claimed in the meantime stays as it is.
   */
  leave(events: readonly PreparedEvent[]): void {
    const fresh = events.flatMap(toDispatches);
    if (fresh.length === 0) return;
    const leaving = this.leaveToPumps(fresh).finally(() => this.underWay.delete(leaving));
    this.underWay.add(leaving);
  }

  async idle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async add(
    freshByRank: readonly (readonly FreshDispatch[])[],
    leasedAtMs: number,
    leaseUntilMs: number,
  ): Promise<void> {
    const jobs: DispatchJob[] = [];
    const ranks: number[] = [];
    freshByRank.forEach((fresh, rank) => {
      for (const job of packJobs(fresh, leasedAtMs, leaseUntilMs)) {
        jobs.push(job);
        ranks.push(rank);
      }
    });
    this.shares.made(jobs.length);
    this.jobsUnderWay += jobs.length;
    try {
      await this.queue.add(jobs as unknown as JobPayload[], ranks);
    } catch (error) {
      // What a worker may have got after all must not become due while it is being sent: that waits for its lease.
      if ((error as QueueUnavailableError).mayHaveBeenAdded) return;
      await this.leaveToPumps(freshByRank.flat());
    } finally {
      this.jobsUnderWay -= jobs.length;
    }
  }

  private async leaveToPumps(fresh: readonly FreshDispatch[]): Promise<void> {
    try {
      await this.deliveries.giveBack(
        fresh.map(({ deliveryId }) => ({ deliveryId, generation: 1 })),
        0,
      );
    } catch (error) {
      this.log.warn({ err: error, deliveries: fresh.length }, 'deliveries wait for their lease to run out');
    }
  }
}

const NONE: Admitted = new Map();

/** A body that does not travel in its job takes no room in the queue. */
function inlineCharacters({ length }: string): number {
  return length > INLINE_BODY_CHARACTERS ? 0 : length;
}

/** Jobs are of one rank each. Most groups have but one or two, so the others stay empty. */
function freshByRank(events: Admitted): FreshDispatch[][] {
  const byRank: FreshDispatch[][] = [];
  for (const [event, rank] of events) {
    const dispatches = toDispatches(event);
    if (dispatches.length === 0) continue;
    while (byRank.length <= rank) byRank.push([]);
    byRank[rank]!.push(...dispatches);
  }
  return byRank;
}

function toDispatches(event: PreparedEvent): FreshDispatch[] {
  if (event.deliveries.length === 0) return [];
  const wire = wireEvent(event);
  const fresh: FreshDispatch[] = [];
  event.deliveries.forEach(({ endpointId, endpointVersion, isCancelled, isOrdered }, index) => {
    if (isCancelled || isOrdered) return;
    const deliveryId = event.deliveryIds[index]!;
    fresh.push({ deliveryId, tenantId: event.config.tenantId, endpointId, endpointVersion, event: wire });
  });
  return fresh;
}

function wireEvent({ draft, id, createdAtMs }: PreparedEvent): WireEvent {
  return toWireEvent({ ...draft, id: id!, occurredAtMs: draft.occurredAtMs ?? createdAtMs });
}
