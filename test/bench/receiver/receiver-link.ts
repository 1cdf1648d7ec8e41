import { ChildLink } from '../../rig/child-link.js';
import type { Cleanup } from '../../rig/cleanup.js';
import type { ReceiverOrder, ReceiverReport } from './receiver-messages.js';

/** The receiver, as the benchmark works it. */
export class Receiver {
  /** Arrivals so far, repeated ones included. */
  received = 0;
  private readonly link: ChildLink<ReceiverOrder, ReceiverReport>;

  constructor(cleanup: Cleanup) {
    this.link = new ChildLink('receiver', new URL('./receiver-process.js', import.meta.url), cleanup);
    this.link.on('received', ({ count }) => (this.received = count));
  }

  get pid(): number {
    return this.link.pid;
  }

  /** Opens endpoints and answers their URLs; the last `blackholes` of them may be told not to answer. */
  async listen(endpoints: number, blackholes: number): Promise<string[]> {
    const { ports } = await this.link.ask({ kind: 'listen', endpoints, blackholes }, 'listening');
    return ports.map((port) => `http://127.0.0.1:${port}/hooks`);
  }

  onReceived(listener: (count: number) => void): void {
    this.link.on('received', ({ count }) => listener(count));
  }

  /** From now on the black holes say nothing. */
  async swallow(): Promise<void> {
    await this.link.ask({ kind: 'swallow' }, 'done');
  }

  /** Writes its ledger. Throws when a request came without a signature. */
  async writeLedger(file: string): Promise<void> {
    const { unsigned } = await this.link.ask({ kind: 'write', file }, 'written');
    if (unsigned > 0) throw new Error(`${unsigned} requests came without a signature or a webhook-id`);
  }
}
