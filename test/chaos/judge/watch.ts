import pg from 'pg';

const EVERY_MS = 2_000;

/** Every so many looks, for what no row may be at any moment. */
const DEEP_EVERY = 5;

const OVERDUE = `
SELECT count(*)::int AS open,
       coalesce(max(extract(epoch FROM clock_timestamp() - greatest(due_at, pg_postmaster_start_time()))) * 1000, 0)::float AS "overdueMs"
  FROM open_deliveries`;

const TWICE = `SELECT count(*)::int AS twice FROM open_deliveries JOIN deliveries USING (id)`;

/** Looks into the database every two seconds for as long as faults go on; while it is away it sees nothing. */
export class Watch {
  /** The longest that a row was due, and nobody took it, in a database that was there. */
  worstOverdueMs = 0;
  /** The most rows seen that were open and in history at once. */
  twice = 0;
  open = 0;
  looks = 0;
  private client: pg.Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly url: string) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look()).catch(() => this.disconnect());
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
    await this.disconnect();
  }

  private async look(): Promise<void> {
    const client = (this.client ??= await connect(this.url));
    const [row] = (await client.query<{ open: number; overdueMs: number }>(OVERDUE)).rows;
    this.open = row!.open;
    this.worstOverdueMs = Math.max(this.worstOverdueMs, row!.overdueMs);
    if (this.looks++ % DEEP_EVERY > 0) return;
    const found = await client.query<{ twice: number }>(TWICE);
    this.twice = Math.max(this.twice, found.rows[0]!.twice);
  }

  private async disconnect(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'posthorn-chaos',
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
