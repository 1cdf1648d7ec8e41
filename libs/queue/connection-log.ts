import type { ConnectionListener } from './backend.js';
import type { QueueLog } from './queue-log.js';

/** Writes one line when the connection is lost and one when it is back, however often either is reported. */
export class ConnectionLog implements ConnectionListener {
  private state: 'unknown' | 'up' | 'down' = 'unknown';

  constructor(
    private readonly log: QueueLog,
    private readonly subject: string,
  ) {}

  readonly onUp = (): void => {
    if (this.state === 'up') return;
    this.state = 'up';
    this.log.info({}, `${this.subject}: connected to the queue`);
  };

  readonly onDown = (reason: string): void => {
    if (this.state === 'down') return;
    this.state = 'down';
    this.log.warn({ reason }, `${this.subject}: the queue is away; deliveries go on from the database`);
  };

  /** Nothing that follows is news. */
  silence(): void {
    this.state = 'down';
  }
}
