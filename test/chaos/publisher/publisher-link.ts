import { readFileSync } from 'node:fs';
import { ChildLink } from '../../rig/child-link.js';
import type { Cleanup } from '../../rig/cleanup.js';
import type { PublisherLedger, PublisherOrder, PublisherReport } from './publisher-messages.js';

/** The publisher, from the main program's side. */
export class Publisher {
  /** Events accepted so far. */
  accepted = 0;
  /** Publishes that have no answer yet. */
  underWay = 0;
  private readonly link: ChildLink<PublisherOrder, PublisherReport>;

  constructor(cleanup: Cleanup) {
    this.link = new ChildLink('publisher', new URL('./publisher-process.js', import.meta.url), cleanup);
    this.link.on('accepted', ({ events, underWay }) => {
      this.accepted = events;
      this.underWay = underWay;
    });
  }

  async start(how: Omit<PublisherOrder & { kind: 'start' }, 'kind'>): Promise<void> {
    await this.link.ask({ kind: 'start', ...how }, 'started');
  }

  /** Resolves when everything that was begun has been accepted. */
  async stop(): Promise<void> {
    await this.link.ask({ kind: 'stop' }, 'stopped');
  }

  async ledger(file: string): Promise<PublisherLedger> {
    await this.link.ask({ kind: 'write', file }, 'written');
    return JSON.parse(readFileSync(file, 'utf8')) as PublisherLedger;
  }
}
