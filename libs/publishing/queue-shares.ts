import { JOB_DISPATCHES } from '#deliveries';
import type { Uuid } from '#kernel';

/** The queue holds about ten seconds of work, counted in full jobs. Beyond, rows are left to the pumps. */
const MAX_QUEUED = 2_000;

/** So many characters of bodies count as a full job: the queue holds some 64 Mi of them at most. */
const CHARACTERS_PER_JOB = 32 * 1024;

/**
 * A tenant's jobs are of rank 0 while it has no more than this in the queue, in full jobs, and of rank 1 beyond: a crowd
 * waits behind whoever has little there. No more ranks than these two, or busy tenants that are much alike would overtake
 * one another by chance, and some of what they have would wait for as long as all are busy.
 */
const LITTLE = 2;

/** What every tenant may publish each second, in full jobs, without losing its rank: 200 deliveries. */
const UNRANKED_PER_SECOND = 200 / JOB_DISPATCHES;

/** The jobs of other processes hide that one's own are done. Beside them, what is believed of a tenant is forgotten by and by. */
const HALF_LIFE_MS = 10_000;
const OTHERS_SINCE = 1.1;

/** The depth of the queue is not measured more often than twice a second. */
const RECKON_EVERY_MS = 250;

/** What is left out of mind. */
const NEGLIGIBLE = 1 / JOB_DISPATCHES;

/**
 * How much of the queue belongs to which tenant, as far as this process can reckon: what it has put there itself, less
 * what must be done by now, since the queue as a whole holds less than that. It costs no question to the queue and no
 * statement.
 */
export class QueueShares {
  private readonly queued = new Map<Uuid, number>();
  /** Tenants whose jobs are of rank 1, until nothing of theirs is left there: nobody overtakes himself. */
  private readonly crowds = new Set<Uuid>();
  private total = 0;
  /** Jobs made in this process that may still be in the queue. */
  private jobs = 0;
  private depth = 0;
  private reckonedAtMs: number;

  /** @param monotonicNow milliseconds that never jump */
  constructor(private readonly monotonicNow: () => number) {
    this.reckonedAtMs = monotonicNow();
  }

  /** To be called now and then with the number of jobs in the queue, those on their way to it included. */
  reckon(depth: number): void {
    this.depth = depth;
    const nowMs = this.monotonicNow();
    const elapsedMs = nowMs - this.reckonedAtMs;
    if (elapsedMs < RECKON_EVERY_MS) return;
    this.reckonedAtMs = nowMs;
    const kept = this.keptOver(elapsedMs);
    this.jobs = Math.min(this.jobs, depth);
    const done = (UNRANKED_PER_SECOND * elapsedMs) / 1_000;
    this.total = 0;
    for (const [tenantId, queued] of this.queued) {
      const still = queued * kept - done;
      if (still < NEGLIGIBLE) {
        this.queued.delete(tenantId);
        this.crowds.delete(tenantId);
      } else {
        this.queued.set(tenantId, still);
        this.total += still;
      }
    }
  }

  /**
   * Counts an event's deliveries in and answers the rank of their jobs, or null when they have to stay outside: a tenant
   * may have as much in the queue as it leaves free, so there is always room for another.
   */
  enter(tenantId: Uuid, deliveries: number, characters: number): number | null {
    const jobs = Math.max(deliveries / JOB_DISPATCHES, characters / CHARACTERS_PER_JOB);
    const queued = (this.queued.get(tenantId) ?? 0) + jobs;
    if (queued > MAX_QUEUED - Math.max(this.depth, this.total)) return null;
    this.queued.set(tenantId, queued);
    this.total += jobs;
    if (queued > LITTLE) this.crowds.add(tenantId);
    return this.crowds.has(tenantId) ? 1 : 0;
  }

  /** The part that is left of what was there. */
  private keptOver(elapsedMs: number): number {
    if (this.jobs > this.depth) return this.depth / this.jobs;
    return this.depth > this.jobs * OTHERS_SINCE ? 0.5 ** (elapsedMs / HALF_LIFE_MS) : 1;
  }

  /** Jobs were made of what has entered. */
  made(jobs: number): void {
    this.jobs += jobs;
  }
}
