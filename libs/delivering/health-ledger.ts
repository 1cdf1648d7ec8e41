import type { AttemptRecord } from '#deliveries';
import type { EndpointHealthStore, HealthChange } from '#endpoints';
import { Tally, type Uuid } from '#kernel';

type Change = { -readonly [Key in keyof HealthChange]: HealthChange[Key] };

/**
 * How endpoints are doing, counted here and written about once a second: in the statement that records attempts these
 * shared rows would make writers wait for one another.
 */
export class HealthLedger {
  private readonly tally: Tally<Change>;

  constructor(
    store: EndpointHealthStore,
    /** Names this process's rows. */
    writer: string,
  ) {
    this.tally = new Tally({ write: (changes) => store.add(writer, changes), merge });
  }

  note(endpointId: Uuid, record: AttemptRecord): void {
    const change = this.tally.peek(endpointId) ?? this.tally.begin(endpointId, noChange(endpointId));
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
  }

  /** Writes what is not written yet. */
  flush(): Promise<void> {
    return this.tally.flush();
  }
}

function noChange(endpointId: Uuid): Change {
  return {
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
}

function merge(after: Change, before: Change): void {
  if (after.lastSuccessAtMs === null) after.failuresInARow += before.failuresInARow;
  after.succeeded += before.succeeded;
  after.failed += before.failed;
  after.durationMsSum += before.durationMsSum;
  after.lastSuccessAtMs ??= before.lastSuccessAtMs;
  after.lastFailureAtMs ??= before.lastFailureAtMs;
  after.lastStatusCode ??= before.lastStatusCode;
  after.lastErrorCode ??= before.lastErrorCode;
}
