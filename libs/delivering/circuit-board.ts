import { type Circuit, CIRCUIT_CHANNEL, type CircuitStore } from '#endpoints';
import type { Listener } from '#database';
import type { Clock, Uuid } from '#kernel';
import { type FailureCounter, Pace, RELAPSE_MS } from '#policy';

/** What this worker knows of an endpoint that fails, or has failed not long ago. */
export interface Watched {
  readonly endpointId: Uuid;
  /** What all workers know together; null when nothing is written yet. */
  circuit: Circuit | null;
  /** What went wrong here, while the circuit is closed. */
  counter: FailureCounter | null;
  /** Until then the endpoint has asked to be left in peace. */
  pausedUntilMs: number;
  /** Made by the first pause. */
  pace: Pace | null;
  /** Whether anything has failed since the last step of catching up. */
  hasFailed: boolean;
  /** A change that this worker is writing. */
  isChanging: boolean;
  throttleToldAtMs: number;
  probeAskedAtMs: number;
}

/** Two looks overlap by this, for a change may commit after its time stamp. */
const OVERLAP_SECONDS = 10;

/** Looks at what did not change, too, and forgets endpoints that are well again. */
const THOROUGH_EVERY_MS = 10_000;

/** Endpoints that are counted at once; those beyond are counted when others are well again. */
const MAX_WATCHED = 50_000;

/**
 * The circuits that a worker knows, followed: every change reaches it within a second, at once where the notification
 * arrives. Endpoints that do not fail are not in it.
 */
export class CircuitBoard {
  private readonly watched = new Map<Uuid, Watched>();
  private isLoaded = false;
  private lookedAtMs = 0;
  private thoroughAtMs = 0;
  private news = new Set<Uuid>();
  private isLooking = false;
  private whenBlocked: (watched: Watched) => void = () => undefined;

  constructor(
    private readonly store: CircuitStore,
    private readonly clock: Clock,
  ) {}

  /** Hears of changes from now on. `listener` must not have been started yet. */
  listen(listener: Listener): void {
    listener.on(CIRCUIT_CHANNEL, (endpointId) => this.lookAt(endpointId));
  }

  /** Calls back when an endpoint is to be left in peace that was not before. One listener only. */
  onBlocked(listener: (watched: Watched) => void): void {
    this.whenBlocked = listener;
  }

  at(endpointId: Uuid): Watched | undefined {
    return this.watched.get(endpointId);
  }

  all(): Iterable<Watched> {
    return this.watched.values();
  }

  /** Begins to watch an endpoint; undefined when there are too many. */
  watch(endpointId: Uuid): Watched | undefined {
    const known = this.watched.get(endpointId);
    if (known) return known;
    return this.watched.size < MAX_WATCHED ? this.add(endpointId) : undefined;
  }

  /** Whether and why nothing may be sent there now. */
  blockOf({ circuit, pausedUntilMs }: Watched): 'circuit' | 'pause' | null {
    if (circuit !== null && circuit.state !== 'closed') return 'circuit';
    return pausedUntilMs > this.clock.now() ? 'pause' : null;
  }

  /** Takes what the database has answered, unless something newer is known. */
  take(circuit: Circuit): void {
    const watched = this.watched.get(circuit.endpointId) ?? this.add(circuit.endpointId);
    if (watched.circuit !== null && watched.circuit.version >= circuit.version) return;
    const wasBlocked = this.blockOf(watched) !== null;
    watched.circuit = circuit;
    watched.pausedUntilMs = circuit.pausedUntilMs ?? 0;
    if (circuit.state !== 'closed') watched.counter = null;
    if (!wasBlocked && this.blockOf(watched) !== null) this.whenBlocked(watched);
  }

  /** The endpoint asks to be left in peace: nothing is started there from this moment. */
  pause(watched: Watched, untilMs: number): void {
    const wasBlocked = this.blockOf(watched) !== null;
    watched.pausedUntilMs = untilMs;
    watched.pace ??= new Pace();
    watched.pace.paused();
    if (!wasBlocked) this.whenBlocked(watched);
  }

  /** The database knows of no circuit that is open there; if it knows of one, the next look tells. */
  forgetCircuit(watched: Watched): void {
    watched.circuit = null;
  }

  /** Resolves when the circuits are known. Nothing should be sent before. Rejects when they cannot be read. */
  async load(): Promise<void> {
    if (this.isLoaded) return;
    const nowMs = performance.now();
    for (const circuit of await this.store.load(RELAPSE_MS / 1_000)) this.take(circuit);
    this.isLoaded = true;
    this.lookedAtMs = nowMs;
  }

  /** To be called about once a second. */
  async follow(): Promise<void> {
    await this.load();
    const nowMs = performance.now();
    const isThorough = nowMs - this.thoroughAtMs >= THOROUGH_EVERY_MS;
    if (isThorough) this.forgetHealthy();
    const known = isThorough ? this.known() : [];
    // From the last look that was answered: whoever was cut off from the database must not miss that time.
    const seconds = OVERLAP_SECONDS + (nowMs - this.lookedAtMs) / 1_000;
    const circuits = await this.store.changedWithin(seconds, known);
    for (const circuit of circuits) this.take(circuit);
    if (isThorough) this.forgetLost(known, circuits);
    this.lookedAtMs = nowMs;
    if (isThorough) this.thoroughAtMs = nowMs;
  }

  /** Reads one circuit, together with whatever else is to be read by then. */
  lookAt(endpointId: Uuid): void {
    this.news.add(endpointId);
    if (!this.isLooking) void this.readNews();
  }

  private async readNews(): Promise<void> {
    this.isLooking = true;
    while (this.news.size > 0) {
      const ids = [...this.news];
      this.news = new Set();
      for (const circuit of await this.store.changedWithin(0, ids).catch(() => [])) this.take(circuit);
    }
    this.isLooking = false;
  }

  private known(): Uuid[] {
    return [...this.watched.values()].filter(({ circuit }) => circuit !== null).map(({ endpointId }) => endpointId);
  }

  /** A row that is gone says nothing more. */
  private forgetLost(known: readonly Uuid[], circuits: readonly Circuit[]): void {
    const found = new Set(circuits.map(({ endpointId }) => endpointId));
    for (const endpointId of known) {
      const watched = this.watched.get(endpointId);
      if (watched && !found.has(endpointId)) this.forgetCircuit(watched);
    }
  }

  private forgetHealthy(): void {
    const nowMs = this.clock.now();
    for (const watched of this.watched.values()) {
      const { circuit, counter, isChanging } = watched;
      if (isChanging || this.blockOf(watched) !== null) continue;
      if (counter?.isQuiet(nowMs)) watched.counter = null;
      const isSettled =
        circuit === null || (circuit.catchUpRate === null && nowMs - (circuit.sinceMs ?? 0) > RELAPSE_MS);
      if (watched.counter === null && isSettled && nowMs - watched.pausedUntilMs > RELAPSE_MS) {
        this.watched.delete(watched.endpointId);
      }
    }
  }

  private add(endpointId: Uuid): Watched {
    const watched: Watched = {
      endpointId,
      circuit: null,
      counter: null,
      pausedUntilMs: 0,
      pace: null,
      hasFailed: false,
      isChanging: false,
      throttleToldAtMs: 0,
      probeAskedAtMs: 0,
    };
    this.watched.set(endpointId, watched);
    return watched;
  }
}
