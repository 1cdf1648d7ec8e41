import type { Database, Executor } from '#database';
import {
  announce,
  type Announcement,
  beginRuns,
  countWarning,
  dropMootRuns,
  endRun,
  type EndpointSwitch,
  findSuspects,
  type KeptRun,
  noteRuns,
  type Suspect,
} from '#endpoints';
import { toTypeId, type Uuid, uuidFloor } from '#kernel';
import { decideFailing, DISABLED_AFTER_MS, type FailingDecision } from '#policy';

/** Endpoints that are looked at together. */
const PAGE = 500;

const LOWEST_ID = uuidFloor(0);

type Judged<Kind extends FailingDecision['kind']> = {
  readonly suspect: Suspect;
  readonly decision: Extract<FailingDecision, { kind: Kind }>;
};

/**
 * Looks after endpoints at which nothing succeeds: their owners are warned, and after days they are disabled. One look
 * judges by what each process has counted and what the looks before have kept; who dies in the middle of one leaves
 * nothing that the next would not do.
 */
export class FailureWatch {
  constructor(
    private readonly db: Database,
    private readonly endpoints: EndpointSwitch,
  ) {}

  /** One look at all endpoints; answers how many were told of or disabled. */
  async look(): Promise<number> {
    await dropMootRuns(this.db);
    let done = 0;
    for (let afterId: Uuid | undefined = LOWEST_ID; afterId !== undefined; ) {
      const suspects: Suspect[] = await findSuspects(this.db, afterId, PAGE);
      done += await this.judge(suspects);
      afterId = suspects.length < PAGE ? undefined : suspects.at(-1)!.endpointId;
    }
    return done;
  }

  private async judge(suspects: readonly Suspect[]): Promise<number> {
    const judged = suspects.map((suspect) => ({ suspect, decision: decideFailing(suspect) }));
    const those = <Kind extends FailingDecision['kind']>(kind: Kind): Judged<Kind>[] =>
      judged.filter((one): one is Judged<Kind> => one.decision.kind === kind);
    const begun = those('begin');
    if (begun.length > 0) await beginRuns(this.db, begun.map(toNewRun));
    const noted = those('note');
    if (noted.length > 0)
      await noteRuns(
        this.db,
        noted.map(({ suspect }) => suspect),
      );
    let done = 0;
    for (const { suspect, decision } of those('warn')) done += Number(await this.warn(suspect, decision.warning));
    for (const { suspect, decision } of those('end')) done += Number(await this.end(suspect, decision.isRecovery));
    for (const { suspect } of those('disable')) done += Number(await this.disable(suspect));
    return done;
  }

  private warn(suspect: Suspect, warning: number): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const isNew = await countWarning(tx, suspect.endpointId, warning, suspect.lastFailureAtMs);
      if (isNew) await announce(tx, [failingNews(suspect)]);
      return isNew;
    });
  }

  private end(suspect: Suspect, isRecovery: boolean, recoveredAtMs = suspect.lastSuccessAtMs): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const isNew = await endRun(tx, suspect.endpointId);
      if (isNew && isRecovery && recoveredAtMs !== null) await announce(tx, [recoveredNews(suspect, recoveredAtMs)]);
      return isNew && isRecovery;
    });
  }

  /** What was counted is only a count: history, which is the truth, may know of a success that got lost there. */
  private async disable(suspect: Suspect): Promise<boolean> {
    const { tenantId, endpointId } = suspect;
    const { sinceMs, warnings } = suspect.run!;
    const succeededAtMs = await findSuccess(this.db, endpointId, sinceMs);
    if (succeededAtMs !== null) return this.end(suspect, warnings > 0, succeededAtMs);
    return this.endpoints.disableFailing(tenantId, endpointId, sinceMs);
  }
}

/** When a delivery that was made since has succeeded, or null. */
async function findSuccess(db: Executor, endpointId: Uuid, sinceMs: number): Promise<number | null> {
  const [row] = await db.query<{ atMs: number }>(
    `SELECT extract(epoch FROM completed_at)::float8 * 1000 AS "atMs" FROM deliveries
      WHERE endpoint_id = $1 AND id >= $2 AND status = 'succeeded' LIMIT 1`,
    [endpointId, uuidFloor(sinceMs)],
  );
  return row?.atMs ?? null;
}

/** A first run begins with the first failure that is known; one that begins again, with the latest. */
function toNewRun({ suspect }: { readonly suspect: Suspect }): KeptRun {
  const { endpointId, failed, lastFailureAtMs, firstFailureAtMs, failuresKnown, run } = suspect;
  return run === null
    ? { endpointId, sinceMs: firstFailureAtMs, lastFailureAtMs, failedBefore: failed - failuresKnown }
    : { endpointId, sinceMs: lastFailureAtMs, lastFailureAtMs, failedBefore: failed - 1 };
}

function failingNews(suspect: Suspect): Announcement {
  const { sinceMs, failedBefore } = suspect.run!;
  return {
    tenantId: suspect.tenantId,
    type: 'posthorn.endpoint.failing',
    subject: toTypeId('ep', suspect.endpointId),
    data: {
      endpoint: toTypeId('ep', suspect.endpointId),
      endpointUid: suspect.uid,
      failingSince: toText(sinceMs),
      failures: suspect.failed - failedBefore,
      lastFailureAt: toText(suspect.lastFailureAtMs),
      lastStatusCode: suspect.lastStatusCode,
      lastErrorCode: suspect.lastErrorCode,
      disabledFrom: toText(sinceMs + DISABLED_AFTER_MS),
    },
  };
}

function recoveredNews(suspect: Suspect, recoveredAtMs: number): Announcement {
  return {
    tenantId: suspect.tenantId,
    type: 'posthorn.endpoint.recovered',
    subject: toTypeId('ep', suspect.endpointId),
    data: {
      endpoint: toTypeId('ep', suspect.endpointId),
      endpointUid: suspect.uid,
      failingSince: toText(suspect.run!.sinceMs),
      recoveredAt: toText(recoveredAtMs),
    },
  };
}

function toText(atMs: number): string {
  return new Date(atMs).toISOString();
}
