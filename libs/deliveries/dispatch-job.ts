import type { Uuid } from '#kernel';
import { type Dispatch, INLINE_BODY_CHARACTERS, type WireEvent } from './dispatch.js';

/**
 * A job of the queue: fresh deliveries with all that a worker needs to send them, so that it need not ask the database.
 * Short names, for a job is written, stored and read once for every few deliveries.
 */
export interface DispatchJob {
  /** When its rows were leased and the job was made, and until when the lease holds; epoch ms of the database's clock. */
  readonly at: number;
  readonly until: number;
  readonly events: readonly JobEvent[];
  readonly dispatches: readonly JobDispatch[];
}

/** An event of a job; what is absent is null or empty. */
interface JobEvent {
  readonly i: Uuid;
  readonly t: string;
  readonly b?: string;
  readonly s: number;
  readonly e: number;
  readonly o?: string;
  readonly h?: readonly string[];
  readonly p?: string;
  readonly x?: number;
}

/** Delivery, index of its event, endpoint, endpoint version, tenant. */
type JobDispatch = readonly [Uuid, number, Uuid, number, Uuid];

/** A fresh delivery, as publishing makes it. */
export interface FreshDispatch {
  readonly deliveryId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly endpointVersion: number;
  readonly event: WireEvent;
}

/** How many dispatches go in one job, and how many characters of bodies. */
export const JOB_DISPATCHES = 32;
const JOB_CHARACTERS = 192 * 1024;

/** Packs fresh deliveries, those of one event next to each other, into jobs. */
export function packJobs(fresh: readonly FreshDispatch[], leasedAtMs: number, leaseUntilMs: number): DispatchJob[] {
  const jobs: DispatchJob[] = [];
  let events: JobEvent[] = [];
  let dispatches: JobDispatch[] = [];
  let last: WireEvent | null = null;
  let characters = 0;
  for (const { deliveryId, tenantId, endpointId, endpointVersion, event } of fresh) {
    if (dispatches.length === JOB_DISPATCHES || (event !== last && characters >= JOB_CHARACTERS)) {
      jobs.push({ at: leasedAtMs, until: leaseUntilMs, events, dispatches });
      events = [];
      dispatches = [];
      last = null;
      characters = 0;
    }
    if (event !== last) {
      const packed = packEvent(event);
      events.push(packed);
      characters += packed.b?.length ?? 0;
      last = event;
    }
    dispatches.push([deliveryId, events.length - 1, endpointId, endpointVersion, tenantId]);
  }
  if (dispatches.length > 0) jobs.push({ at: leasedAtMs, until: leaseUntilMs, events, dispatches });
  return jobs;
}

/** The dispatches of a job, under the lease that publishing took (generation 1). */
export function unpackJob(job: DispatchJob): Dispatch[] {
  const events = job.events.map(unpackEvent);
  return job.dispatches.map(([deliveryId, eventIndex, endpointId, endpointVersion, tenantId]) => ({
    deliveryId,
    tenantId,
    endpointId,
    endpointVersion,
    generation: 1,
    attempts: 0,
    replayOf: null,
    orderKey: null,
    leaseUntilMs: job.until,
    slotAtMs: null,
    isSlotOfRate: false,
    event: events[eventIndex]!,
  }));
}

function packEvent(event: WireEvent): JobEvent {
  const packed: { -readonly [Key in keyof JobEvent]: JobEvent[Key] } = {
    i: event.id,
    t: event.type,
    s: event.dataStart,
    e: event.dataEnd,
  };
  if (event.body !== null && event.body.length <= INLINE_BODY_CHARACTERS) packed.b = event.body;
  if (event.source !== null) packed.o = event.source;
  if (event.headers.length > 0) packed.h = event.headers;
  if (event.traceparent !== null) packed.p = event.traceparent;
  if (event.expiresAtMs !== null) packed.x = event.expiresAtMs;
  return packed;
}

function unpackEvent(event: JobEvent): WireEvent {
  return {
    id: event.i,
    type: event.t,
    body: event.b ?? null,
    dataStart: event.s,
    dataEnd: event.e,
    source: event.o ?? null,
    headers: event.h ?? [],
    traceparent: event.p ?? null,
    expiresAtMs: event.x ?? null,
  };
}
