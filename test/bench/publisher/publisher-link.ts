import { ChildLink } from '../../rig/child-link.js';
import type { Cleanup } from '../../rig/cleanup.js';
import type { Load, PublisherOrder, PublisherReport } from './publisher-messages.js';

/** The publisher, as the benchmark works it. */
export class Publisher {
  /** Counted deliveries accepted so far. */
  accepted = 0;
  private readonly link: ChildLink<PublisherOrder, PublisherReport>;
  private readonly ends = new Map<number, Promise<unknown>>();

  constructor(cleanup: Cleanup) {
    this.link = new ChildLink('publisher', new URL('./publisher-process.js', import.meta.url), cleanup);
    this.link.on('accepted', ({ deliveries }) => (this.accepted = deliveries));
  }

  get pid(): number {
    return this.link.pid;
  }

  connect(url: string, key: string): void {
    this.link.send({ kind: 'connect', url, key });
  }

  /** Tells it how many deliveries have arrived, which is what it paces itself by. */
  received(count: number): void {
    this.link.send({ kind: 'received', count });
  }

  start(tag: number, load: Load): void {
    const ended = this.link.next('ended', (report) => report.tag === tag);
    ended.catch(() => undefined);
    this.ends.set(tag, ended);
    this.link.send({ kind: 'start', tag, load });
  }

  /** Resolves when the load has come to its end. */
  async ended(tag: number): Promise<void> {
    await this.ends.get(tag);
  }

  /** Ends the load; resolves when its last publish was answered. */
  async stop(tag: number): Promise<void> {
    this.link.send({ kind: 'stop', tag });
    await this.ended(tag);
  }

  async writeLedger(file: string): Promise<void> {
    await this.link.ask({ kind: 'write', file }, 'written');
  }
}
