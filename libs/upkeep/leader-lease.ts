import type { Database } from '#database';

/** One row says who may do what only one process should; whoever holds it unexpired does. */
export class LeaderLease {
  constructor(
    private readonly db: Database,
    private readonly name: string,
    private readonly holder: string,
    private readonly leaseSeconds: number,
  ) {}

  /** Takes or renews the lease; false when somebody else has it. */
  async hold(): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO leader_leases AS l (name, holder, expires_at)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE l.holder = excluded.holder OR l.expires_at < clock_timestamp()
       RETURNING name`,
      [this.name, this.holder, this.leaseSeconds],
    );
    return rows.length > 0;
  }

  /** Lets somebody else have it at once. */
  async release(): Promise<void> {
    await this.db.query(`DELETE FROM leader_leases WHERE name = $1 AND holder = $2`, [this.name, this.holder]);
  }
}
