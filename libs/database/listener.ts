import pg from 'pg';

export interface ListenerOptions {
  /** A session connection: behind PgBouncer in transaction mode LISTEN hears nothing. */
  url: string;
  applicationName: string;
  /** Told once each time the connection is lost; notifications sent meanwhile are missed, so listeners must also poll. */
  onLost?(error: Error): void;
}

const RECONNECT_MS = 1_000;

/** NOTIFY, heard: one connection for all channels of this process, made again by itself when it is lost. */
export class Listener {
  private readonly handlers = new Map<string, (payload: string) => void>();
  private client: pg.Client | null = null;
  private closed = false;
  private reconnect: NodeJS.Timeout | null = null;

  constructor(private readonly options: ListenerOptions) {}

  /** Registers what to do on a channel; before {@link start}. */
  on(channel: string, handler: (payload: string) => void): void {
    this.handlers.set(channel, handler);
  }

  /** Connects in the background: the process does without notifications until then. */
  start(): void {
    void this.connect();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.reconnect) clearTimeout(this.reconnect);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: this.options.applicationName,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('connection ended')));
    client.on('notification', ({ channel, payload }) => this.handlers.get(channel)?.(payload ?? ''));
    this.client = client;
    try {
      await client.connect();
      for (const channel of this.handlers.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      this.lose(client, error as Error);
    }
  }

  private lose(client: pg.Client, error: Error): void {
    if (this.client !== client || this.closed) return;
    this.client = null;
    this.options.onLost?.(error);
    void client.end().catch(() => undefined);
    this.reconnect = setTimeout(() => void this.connect(), RECONNECT_MS);
  }
}
