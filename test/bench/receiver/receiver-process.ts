import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { LedgerWriter, WEBHOOK_ID_LENGTH } from '../ledger-file.js';
import { monotonicMs } from '../../rig/monotonic.js';
import { ParentLink } from '../../rig/parent-link.js';
import type { ReceiverOrder, ReceiverReport } from './receiver-messages.js';
import { headerOf, RequestReader } from '../../rig/request-reader.js';

/** How often the number of arrivals goes to whoever paces the publisher. */
const REPORT_MS = 5;

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'latin1');
const UNSIGNED = Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n', 'latin1');

/**
 * The far end of the benchmark, a process of its own: every endpoint is a port, each signature's presence is checked,
 * each webhook-id is noted with the time at which it had come, and the answer is 200. On bare sockets, so that it takes
 * as little as it can of the machine that it shares with what it measures.
 */
class ReceiverProcess {
  private readonly ledger = new LedgerWriter();
  private readonly servers: Server[] = [];
  private firstBlackhole = Number.POSITIVE_INFINITY;
  private blackholesAnswer = true;
  private counted = 0;
  private reported = 0;
  private unsigned = 0;

  constructor(private readonly parent: ParentLink<ReceiverOrder, ReceiverReport>) {}

  async obey(order: ReceiverOrder): Promise<void> {
    switch (order.kind) {
      case 'listen':
        this.firstBlackhole = order.endpoints - order.blackholes;
        this.parent.send({ kind: 'listening', ports: await this.listen(order.endpoints) });
        this.reportRegularly();
        break;
      case 'swallow':
        this.blackholesAnswer = false;
        this.parent.send({ kind: 'done' });
        break;
      case 'write':
        this.ledger.write(order.file);
        this.parent.send({ kind: 'written', unsigned: this.unsigned });
        break;
    }
  }

  private async listen(endpoints: number): Promise<number[]> {
    for (let endpoint = this.servers.length; endpoint < endpoints; endpoint++) {
      const server = createServer((socket) => this.serve(socket, endpoint));
      server.listen({ port: 0, host: '127.0.0.1', backlog: 511 });
      await once(server, 'listening');
      this.servers.push(server);
    }
    return this.servers.map((server) => (server.address() as { port: number }).port);
  }

  private serve(socket: Socket, endpoint: number): void {
    const isBlackhole = endpoint >= this.firstBlackhole;
    const reader = new RequestReader((head) => {
      if (isBlackhole) {
        if (this.blackholesAnswer) socket.write(ANSWER);
      } else {
        socket.write(this.take(head, endpoint) ? ANSWER : UNSIGNED);
      }
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk) => reader.read(chunk));
    socket.on('error', () => socket.destroy());
  }

  private take(head: string, endpoint: number): boolean {
    const webhookId = headerOf(head, 'webhook-id') ?? '';
    const isSigned = headerOf(head, 'webhook-signature')?.startsWith('v1,') ?? false;
    if (!isSigned || webhookId.length !== WEBHOOK_ID_LENGTH) {
      this.unsigned += 1;
      return false;
    }
    const isReplay = headerOf(head, 'posthorn-replay-of') !== null;
    this.ledger.note(webhookId, isReplay ? 1 : 0, endpoint, monotonicMs(), 0);
    this.counted += 1;
    return true;
  }

  private reportRegularly(): void {
    setInterval(() => {
      if (this.counted === this.reported) return;
      this.reported = this.counted;
      this.parent.send({ kind: 'received', count: this.counted });
    }, REPORT_MS);
  }
}

const parent = new ParentLink<ReceiverOrder, ReceiverReport>();
const receiver = new ReceiverProcess(parent);
parent.onOrder((order) => receiver.obey(order));
