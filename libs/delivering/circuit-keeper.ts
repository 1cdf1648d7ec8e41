import { withRetries } from '#database';
import type { CircuitBacklogStore, Dispatch } from '#deliveries';
import type { Circuit, CircuitState, CircuitStore, CircuitTransition } from '#endpoints';
import type { Clock, Uuid } from '#kernel';
import {
  type CircuitRules,
  type CircuitSignal,
  decideCatchUpRate,
  decideFailedProbes,
  decidePauseUntil,
  decideProbeWait,
  FailureCounter,
  isPushBack,
  toCircuitSignal,
} from '#policy';
import type { CircuitBoard, Watched } from './circuit-board.js';
import type { Attempted } from './delivery-executor.js';
import { isProbe } from './detour.js';

/** One step of catching up. */
const STEP_MS = 1_000;

/** A probe that was not made after all is followed by another one after this. */
const DROPPED_PROBE_WAIT_MS = 1_000;

/** Where nothing waits that could be a probe, it is looked for again after this; what comes meanwhile is one by itself. */
const NO_PROBE_WAIT_MS = 5_000;

/** Endpoints that one statement begins probes of. */
const PROBES_AT_ONCE = 500;

/** A pause that is shorter is a matter of pacing; for a longer one the circuit opens, and what waited catches up. */
const LONGEST_PAUSE_MS = 60_000;

/** A pause that is longer than the known one by less is not worth telling. */
const PAUSE_GRAIN_MS = 500;

/** That an endpoint is sent too much is told again after this. */
const THROTTLE_TOLD_EVERY_MS = 30_000;

const TRIES = 5;

export interface CircuitKeeperLog {
  info(facts: object, message: string): void;
  debug(facts: object, message: string): void;
}

export interface CircuitKeeperDeps {
  readonly board: CircuitBoard;
  readonly store: CircuitStore;
  readonly backlog: CircuitBacklogStore;
  readonly clock: Clock;
  readonly log: CircuitKeeperLog;
  /** Something that waited is due now. */
  readonly wakePump: () => void;
  /** Told of each change of state that this process has made: no other process is told of the same. */
  readonly onTransition: (transition: CircuitTransition) => void;
}

/**
 * Draws the conclusions from attempts: opens circuits, ends probes, lets what has waited catch up, and leaves in peace who
 * asks for it. Only a change of state is written, at once; whoever is second to see the need for one writes nothing.
 */
export class CircuitKeeper {
  constructor(
    private readonly deps: CircuitKeeperDeps,
    private readonly rules: CircuitRules,
    private readonly probeLeaseMs: number,
  ) {}

  /** An attempt was made. An endpoint that does not fail costs one look into a map. */
  note(attempted: Attempted): void {
    const { dispatch, record } = attempted;
    const signal = toCircuitSignal(record.statusCode, record.errorCode);
    const watched =
      signal === 'failure' ? this.deps.board.watch(dispatch.endpointId) : this.deps.board.at(dispatch.endpointId);
    if (watched === undefined) return;
    if (isProbe(watched, dispatch)) void this.endProbe(watched, signal, attempted);
    // What was under way when the circuit opened comes too late to say anything.
    else if (this.deps.board.blockOf(watched) !== 'circuit') this.count(watched, signal, attempted);
  }

  /** A dispatch has left its lane without an attempt: if it was the probe, another one may be. */
  left(dispatch: Dispatch): void {
    const watched = this.deps.board.at(dispatch.endpointId);
    if (watched === undefined || !isProbe(watched, dispatch)) return;
    void this.change(watched, 'open', () =>
      this.deps.store.dropProbe(dispatch.endpointId, dispatch.deliveryId, DROPPED_PROBE_WAIT_MS),
    );
  }

  /** To be called about once a second: begins probes whose time has come, and takes the next steps of catching up. */
  async keep(): Promise<void> {
    const nowMs = this.deps.clock.now();
    const toProbe: Watched[] = [];
    const steps: Promise<void>[] = [];
    for (const watched of this.deps.board.all()) {
      if (isTimeForProbe(watched, nowMs)) toProbe.push(watched);
      else if (isTimeForStep(watched, nowMs)) steps.push(this.catchUp(watched));
    }
    await Promise.all([...steps, this.beginProbes(toProbe.slice(0, PROBES_AT_ONCE), nowMs)]);
  }

  /** A probe has begun by itself. */
  probing({ endpointId, circuit }: Watched): void {
    if (circuit !== null) this.tell(endpointId, 'open', circuit);
  }

  private count(watched: Watched, signal: CircuitSignal, { record, retryAfter }: Attempted): void {
    const nowMs = this.deps.clock.now();
    if (signal === 'answer') {
      watched.pace?.succeeded();
      watched.counter?.note(false, nowMs);
      return;
    }
    if (signal === null) return;
    watched.hasFailed = true;
    watched.counter ??= new FailureCounter(this.rules);
    watched.counter.note(true, nowMs);
    const last = tellOutcome(record.statusCode, record.errorCode);
    const pauseUntilMs = decidePauseUntil(record.statusCode, retryAfter, nowMs);
    if (isPushBack(record.statusCode)) this.throttle(watched, pauseUntilMs, last, nowMs);
    const pauseMs = (pauseUntilMs ?? 0) - nowMs;
    if (pauseMs > LONGEST_PAUSE_MS) {
      void this.open(watched, `It asked for ${Math.round(pauseMs / 1_000)} s of peace, with ${last}.`, pauseMs);
      return;
    }
    const reason = watched.counter.reasonToOpen(nowMs);
    if (reason !== null) void this.open(watched, `${reason}; the last with ${last}.`, Math.max(0, pauseMs));
  }

  private async open(watched: Watched, reason: string, leastWaitMs: number): Promise<void> {
    const { endpointId, circuit } = watched;
    const closed = circuit?.sinceMs == null ? null : { sinceMs: circuit.sinceMs, failedProbes: circuit.failedProbes };
    const failedProbes = decideFailedProbes(closed, this.deps.clock.now());
    const waitMs = Math.max(leastWaitMs, decideProbeWait(this.rules, failedProbes, Math.random()));
    await this.change(watched, 'closed', () => this.deps.store.open(endpointId, reason, failedProbes, waitMs));
  }

  private async endProbe(watched: Watched, signal: CircuitSignal, attempted: Attempted): Promise<void> {
    const { endpointId } = watched;
    const { deliveryId } = attempted.dispatch;
    const { statusCode, errorCode } = attempted.record;
    const { store, clock } = this.deps;
    switch (signal) {
      case null:
        return this.left(attempted.dispatch);
      case 'failure': {
        const failedProbes = (watched.circuit?.failedProbes ?? 0) + 1;
        const waitMs = decideProbeWait(this.rules, failedProbes, Math.random());
        const nowMs = clock.now();
        const pauseMs = (decidePauseUntil(statusCode, attempted.retryAfter, nowMs) ?? 0) - nowMs;
        return this.change(watched, 'half_open', () =>
          store.failProbe(endpointId, deliveryId, Math.max(waitMs, pauseMs)),
        );
      }
      case 'answer': {
        const reason = `A probe was answered with ${tellOutcome(statusCode, errorCode)}.`;
        await this.change(watched, 'half_open', () =>
          store.close(endpointId, deliveryId, reason, this.rules.firstCatchUpRate),
        );
        await this.catchUp(watched);
      }
    }
  }

  private throttle(watched: Watched, untilMs: number | null, reason: string, nowMs: number): void {
    const isPause = untilMs !== null && untilMs > watched.pausedUntilMs + PAUSE_GRAIN_MS;
    if (isPause) this.deps.board.pause(watched, untilMs);
    if (!isPause && nowMs - watched.throttleToldAtMs < THROTTLE_TOLD_EVERY_MS) return;
    watched.throttleToldAtMs = nowMs;
    const pauseMs = isPause ? untilMs - nowMs : null;
    void this.write(() => this.deps.store.throttle(watched.endpointId, pauseMs, reason));
  }

  private async beginProbes(due: readonly Watched[], nowMs: number): Promise<void> {
    if (due.length === 0) return;
    for (const watched of due) watched.probeAskedAtMs = nowMs;
    const ids = due.map(({ endpointId }) => endpointId);
    const begun = await this.deps.backlog.beginProbes(ids, this.probeLeaseMs);
    for (const endpointId of begun) this.deps.board.at(endpointId)!.probeAskedAtMs = 0;
    for (const circuit of begun.length === 0 ? [] : await this.deps.store.changedWithin(0, begun)) {
      this.deps.board.take(circuit);
      this.tell(circuit.endpointId, 'open', circuit);
    }
    if (begun.length > 0) this.deps.wakePump();
  }

  private async catchUp(watched: Watched): Promise<void> {
    const rate = watched.circuit?.catchUpRate ?? null;
    if (rate === null || watched.circuit?.state !== 'closed') return;
    const nextRate = decideCatchUpRate(this.rules, rate, watched.hasFailed);
    watched.hasFailed = false;
    const rows = await this.deps.backlog.bringForward(watched.endpointId, rate, nextRate, STEP_MS).catch(() => null);
    // Another worker's step is heard of like any change.
    if (rows === null) return;
    if (rows > 0) this.deps.wakePump();
    this.deps.board.lookAt(watched.endpointId);
  }

  /** Writes a change, and says so if it was this process that made it. */
  private async change(watched: Watched, from: CircuitState, write: () => Promise<Circuit | undefined>): Promise<void> {
    if (watched.isChanging) return;
    watched.isChanging = true;
    try {
      const circuit = await this.write(write);
      if (circuit) this.tell(watched.endpointId, from, circuit);
      else this.deps.board.lookAt(watched.endpointId);
    } finally {
      watched.isChanging = false;
    }
  }

  private async write(write: () => Promise<Circuit | undefined>): Promise<Circuit | undefined> {
    try {
      const circuit = await withRetries(TRIES, write);
      if (circuit) this.deps.board.take(circuit);
      return circuit;
    } catch (error) {
      // The next attempt says the same; a probe whose end could not be written is given up after a while.
      this.deps.log.debug({ err: error }, 'a circuit could not be written');
      return undefined;
    }
  }

  private tell(endpointId: Uuid, from: CircuitState, { state, reason, sinceMs }: Circuit): void {
    this.deps.log.info({ endpoint: endpointId, from, to: state, reason }, 'a circuit has changed');
    this.deps.onTransition({ endpointId, from, to: state, reason, atMs: sinceMs ?? this.deps.clock.now() });
  }
}

function isTimeForProbe({ circuit, probeAskedAtMs }: Watched, nowMs: number): boolean {
  if (circuit === null || circuit.state === 'closed' || nowMs - probeAskedAtMs < NO_PROBE_WAIT_MS) return false;
  return (circuit.probeAtMs ?? 0) <= nowMs && (circuit.probeUntilMs ?? 0) < nowMs;
}

function isTimeForStep({ circuit, pausedUntilMs }: Watched, nowMs: number): boolean {
  if (circuit === null || circuit.state !== 'closed' || circuit.catchUpRate === null) return false;
  return (circuit.catchUpAtMs ?? 0) <= nowMs && pausedUntilMs <= nowMs;
}

/** As an attempt is spoken of in a reason. */
function tellOutcome(statusCode: number | null, errorCode: string | null): string {
  return statusCode !== null && (errorCode === null || errorCode === 'status')
    ? `status ${statusCode}`
    : (errorCode ?? 'an unknown error');
}
