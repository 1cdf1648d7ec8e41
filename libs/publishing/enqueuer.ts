import { type FreshDispatch, packJobs, type OpenDeliveryStore, toWireEvent, type WireEvent } from '#deliveries';
import type { DispatchQueue, QueueUnavailableError } from '#queue';
import type { PreparedEvent } from './prepared-event.js';

/** The queue holds about ten seconds of work: jobs, not deliveries. Beyond, rows are left to the pumps. */
const MAX_QUEUED_JOBS = 2_000;

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

  constructor(
    private readonly queue: DispatchQueue,
    private readonly deliveries: OpenDeliveryStore,
    private readonly log: EnqueuerLog,
  ) {}

  /** Those of the events whose deliveries shall go through the queue: all, or none while it is away or full. */
  admit(events: readonly PreparedEvent[]): ReadonlySet<PreparedEvent> {
    const hasRoom = this.queue.isAvailable && this.queue.lastDepth < MAX_QUEUED_JOBS;
    return hasRoom ? new Set(events) : NONE;
  }

  /** Makes jobs of admitted events that have been written. Returns at once. */
  enqueue(events: ReadonlySet<PreparedEvent>, leasedAtMs: number, leaseUntilMs: number): void {
    const fresh = [...events].flatMap(toDispatches);
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

  private async add(fresh: readonly FreshDispatch[], leasedAtMs: number, leaseUntilMs: number): Promise<void> {
    try {
      await this.queue.add(packJobs(fresh, leasedAtMs, leaseUntilMs) as unknown as Record<string, unknown>[]);
    } catch (error) {
      // What a worker may have got after all must not become due while it is being sent: that waits for its lease.
      if ((error as QueueUnavailableError).mayHaveBeenAdded) return;
      await this.leaveToPumps(fresh);
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

const NONE: ReadonlySet<PreparedEvent> = new Set();

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
