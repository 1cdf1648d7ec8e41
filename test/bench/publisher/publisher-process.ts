import { fail, ParentLink } from '../../rig/parent-link.js';
import { PublisherDesk } from './publisher-desk.js';
import type { PublisherOrder, PublisherReport } from './publisher-messages.js';
import { runLoad } from './run-load.js';

const REPORT_MS = 100;

const parent = new ParentLink<PublisherOrder, PublisherReport>();
const stopping = new Map<number, AbortController>();
let desk: PublisherDesk;

parent.onOrder(async (order) => {
  switch (order.kind) {
    case 'connect':
      desk = new PublisherDesk(order.url, order.key);
      setInterval(() => parent.send({ kind: 'accepted', deliveries: desk.accepted }), REPORT_MS);
      break;
    case 'start':
      start(order);
      break;
    case 'stop':
      stopping.get(order.tag)?.abort();
      break;
    case 'received':
      desk.received(order.count);
      break;
    case 'write':
      desk.ledger.write(order.file);
      parent.send({ kind: 'written' });
      break;
  }
});

function start({ tag, load }: PublisherOrder & { kind: 'start' }): void {
  const stop = new AbortController();
  stopping.set(tag, stop);
  const report = (): void => {
    parent.send({ kind: 'accepted', deliveries: desk.accepted });
    parent.send({ kind: 'ended', tag });
  };
  runLoad(load, desk, tag, stop.signal).then(report, fail);
}
