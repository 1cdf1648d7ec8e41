import type { AttemptRecord } from '#deliveries';
import type { EndpointHealthStore, HealthChange } from '#endpoints';
import type { Uuid } from '#kernel';

const FLUSH_MS = 1_000;

/** What is kept in memory when it cannot be written: endpoints, not attempts, so a bound that is never met in practice. */
const MAX_ENDPOINTS = 50_000;

type Change = { -readonly [Key in keyof HealthChange]: HealthChange[Key] };

/**
 * How endpoints are doing, counted here and written about once a second: in the statement that records attempts these
 * shared rows would make writers wait for one another.
 */
export class HealthLedger {
  private changes = new Map<Uuid, Change>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: EndpointHealthStore,
    /** Names this process's rows. */
    private readonly writer: string,
  ) {}

  note(endpointId: Uuid, record: AttemptRecord): void {
    const change = this.changeOf(endpointId);
    const endedAtMs = record.startedAtMs + record.durationMs;
    change.durationMsSum += record.durationMs;
    if (record.errorCode === null) {
      change.succeeded += 1;
      change.failuresInARow = 0;
      change.lastSuccessAtMs = endedAtMs;
    } else {
      change.failed += 1;
      change.failuresInARow += 1;
      change.lastFailureAtMs = endedAtMs;
      change.lastStatusCode = record.statusCode;
      change.lastErrorCode = record.errorCode;
    }
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what is not written yet; what the database does not take now is tried again with the next. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const changes = [...this.changes.values()];
    this.changes = new Map();
    if (changes.length > 0) this.writing = this.writing.then(() => this.write(changes));
    await this.writing;
  }

  private async write(changes: readonly Change[]): Promise<void> {
    try {
      await this.store.add(this.writer, changes);
    } catch {
      for (const change of changes) this.putBack(change);
    }
  }

  private putBack(before: Change): void {
    if (this.changes.size >= MAX_ENDPOINTS) return;
    const after = this.changes.get(before.endpointId);
    if (!after) {
      this.changes.set(before.endpointId, before);
      this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
      return;
    }
    if (after.lastSuccessAtMs === null) after.failuresInARow += before.failuresInARow;
    after.succeeded += before.succeeded;
    after.failed += before.failed;
    after.durationMsSum += before.durationMsSum;
    after.lastSuccessAtMs ??= before.lastSuccessAtMs;
    after.lastFailureAtMs ??= before.lastFailureAtMs;
    after.lastStatusCode ??= before.lastStatusCode;
    after.lastErrorCode ??= before.lastErrorCode;
  }

  private changeOf(endpointId: Uuid): Change {
    let change = this.changes.get(endpointId);
    if (!change) {
      change = {
        endpointId,
        succeeded: 0,
        failed: 0,
        durationMsSum: 0,
        failuresInARow: 0,
        lastSuccessAtMs: null,
        lastFailureAtMs: null,
        lastStatusCode: null,
        lastErrorCode: null,
      };
      this.changes.set(endpointId, change);
    }
    return change;
  }
}
