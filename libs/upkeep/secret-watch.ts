import { type Database, isConnectionLost } from '#database';
import {
  announce,
  countSecretWarning,
  findScheduledEndpoints,
  findSecretEnds,
  type KnownEnd,
  MAX_SECRETS,
  type ScheduledEndpoint,
  type SecretEndsCursor,
  type SecretStore,
  takeBegunSecrets,
  toExpiringNews,
} from '#endpoints';
import { type Clock, PosthornError, toTypeId, type Uuid, uuidFloor } from '#kernel';
import { decideScheduledSecret, decideSecretWarning } from '#policy';
import type { UpkeepLog } from './upkeep.js';

/** Rows that are looked at, or told of, together. */
const PAGE = 500;

const LOWEST_ID = uuidFloor(0);

/**
 * Looks after the secrets of endpoints: makes those that a schedule asks for, tells when one begins to sign, and warns before
 * one ends. What was done is on record in the rows it was done to, in the same transaction, so whoever looks next, or at the
 * same time, does nothing twice.
 */
export class SecretWatch {
  constructor(
    private readonly db: Database,
    private readonly secrets: SecretStore,
    private readonly clock: Clock,
    private readonly log: UpkeepLog,
  ) {}

  /** Answers how many secrets were made. */
  async rotate(): Promise<number> {
    const read = ({ endpointId }: Pick<ScheduledEndpoint, 'endpointId'>): Promise<ScheduledEndpoint[]> =>
      findScheduledEndpoints(this.db, endpointId, PAGE);
    return walk(read, { endpointId: LOWEST_ID }, (endpoint) =>
      this.unlessBroken(endpoint, () => this.rotateOne(endpoint)),
    );
  }

  /** Tells of secrets that have begun to sign, and of those that are about to end; answers how many. */
  async tell(): Promise<number> {
    return (await this.tellOfBegun()) + (await this.warn());
  }

  private async tellOfBegun(): Promise<number> {
    for (let told = 0; ; ) {
      const { news, taken } = await this.db.transaction(async (tx) => {
        const begun = await takeBegunSecrets(tx, PAGE);
        await announce(tx, begun.news);
        return begun;
      });
      told += news.length;
      if (taken < PAGE) return told;
    }
  }

  private async warn(): Promise<number> {
    const read = (after: SecretEndsCursor): Promise<KnownEnd[]> => findSecretEnds(this.db, after, PAGE);
    const now = { expiresAtText: new Date(this.clock.now()).toISOString(), secretId: LOWEST_ID };
    return walk(read, now, (secret) => this.unlessBroken(secret, () => this.warnOfOne(secret)));
  }

  /** The facts are looked at once more when the endpoint is locked; this only spares the lock. */
  private async rotateOne({ tenantId, endpointId, kinds }: ScheduledEndpoint): Promise<number> {
    const nowMs = this.clock.now();
    if (kinds.every((facts) => decideScheduledSecret(facts, MAX_SECRETS, nowMs) === null)) return 0;
    try {
      return await this.secrets.rotateAsScheduled(tenantId, endpointId);
    } catch (error) {
      // Deleted since it was read.
      if (error instanceof PosthornError && error.code === 'not_found') return 0;
      throw error;
    }
  }

  /** What is wrong with one endpoint, such as a secret whose key is off the ring, is told, and keeps no other waiting. */
  private async unlessBroken({ endpointId }: { endpointId: Uuid }, act: () => Promise<number>): Promise<number> {
    try {
      return await act();
    } catch (error) {
      if (isConnectionLost(error)) throw error;
      this.log.warn(
        { err: error, endpoint: toTypeId('ep', endpointId) },
        'secrets of an endpoint could not be looked after',
      );
      return 0;
    }
  }

  private async warnOfOne(secret: KnownEnd): Promise<number> {
    const nowMs = this.clock.now();
    const warning = decideSecretWarning(secret, nowMs);
    if (warning === null) return 0;
    return this.db.transaction(async (tx) => {
      if (!(await countSecretWarning(tx, secret, warning))) return 0;
      await announce(tx, [toExpiringNews(secret, nowMs)]);
      return 1;
    });
  }
}

/** Acts on row after row, page by page, each page after the last row of the one before; answers how much was done. */
async function walk<Cursor, Row extends Cursor>(
  read: (after: Cursor) => Promise<Row[]>,
  start: Cursor,
  act: (row: Row) => Promise<number>,
): Promise<number> {
  let done = 0;
  for (let after: Cursor | undefined = start; after !== undefined; ) {
    const rows: Row[] = await read(after);
    for (const row of rows) done += await act(row);
    after = rows.length < PAGE ? undefined : rows.at(-1);
  }
  return done;
}
