import { readFileSync } from 'node:fs';
import { ChildLink } from '../../rig/child-link.js';
import type { Cleanup } from '../../rig/cleanup.js';
import type { ReceiverOrder, ReceiverReport, Request, Temper } from './receiver-messages.js';

/** The receiver, from the main program's side. */
export class Receiver {
  /** Requests so far. */
  requests = 0;
  private readonly link: ChildLink<ReceiverOrder, ReceiverReport>;

  constructor(cleanup: Cleanup) {
    this.link = new ChildLink('receiver', new URL('./receiver-process.js', import.meta.url), cleanup);
    this.link.on('received', ({ requests }) => (this.requests = requests));
  }

  /** Opens an endpoint for each temper and answers their URLs. */
  async listen(tempers: Temper[], seed: number): Promise<string[]> {
    const { ports } = await this.link.ask({ kind: 'listen', tempers, seed }, 'listening');
    return ports.map((port) => `http://127.0.0.1:${port}/hooks`);
  }

  async mend(): Promise<void> {
    await this.link.ask({ kind: 'mend' }, 'mended');
  }

  async ledger(file: string): Promise<Request[]> {
    await this.link.ask({ kind: 'write', file }, 'written');
    return JSON.parse(readFileSync(file, 'utf8')) as Request[];
  }
}
