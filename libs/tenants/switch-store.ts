import { Injectable } from '@nestjs/common';
import { type Actor, recordChange } from '#audit';
import { Database } from '#database';

/** The channel on which a change of a switch is announced; a hint, workers also poll. */
export const SWITCHES_CHANNEL = 'posthorn_switches';

/** The switches of the whole platform. There is one: all deliveries can be paused, and go on from where they were. */
@Injectable()
export class SwitchStore {
  constructor(private readonly db: Database) {}

  /** Since when deliveries are paused; null while they are not. */
  async deliveriesPausedAt(): Promise<Date | null> {
    const sql = `SELECT turned_on_at AS "pausedAt" FROM switches WHERE name = 'deliveries_paused'`;
    const [row] = await this.db.query<{ pausedAt: Date | null }>(sql);
    return row?.pausedAt ?? null;
  }

  /** Workers hear of it within a second. Saying it twice changes nothing. */
  async setDeliveriesPaused(by: Actor, paused: boolean): Promise<Date | null> {
    return this.db.transaction(async (tx) => {
      const [before] = await tx.query<{ pausedAt: Date | null }>(
        `SELECT turned_on_at AS "pausedAt" FROM switches WHERE name = 'deliveries_paused' FOR UPDATE`,
      );
      const [row] = await tx.query<{ pausedAt: Date | null }>(
        `INSERT INTO switches AS s (name, turned_on_at) VALUES ('deliveries_paused', CASE WHEN $1 THEN clock_timestamp() END)
         ON CONFLICT (name) DO UPDATE SET changed_at = clock_timestamp(),
           turned_on_at = CASE WHEN $1 THEN coalesce(s.turned_on_at, clock_timestamp()) END
         RETURNING turned_on_at AS "pausedAt"`,
        [paused],
      );
      await tx.query(`SELECT pg_notify($1, '')`, [SWITCHES_CHANNEL]);
      const action = paused ? 'platform.paused' : 'platform.resumed';
      const after = { pausedAt: row!.pausedAt };
      await recordChange(tx, by, { action, object: null, tenantId: null, before: before ?? { pausedAt: null }, after });
      return row!.pausedAt;
    });
  }
}
