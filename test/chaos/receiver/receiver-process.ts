import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { monotonicMs } from '../../rig/monotonic.js';
import { ParentLink } from '../../rig/parent-link.js';
import { headerOf, RequestReader } from '../../rig/request-reader.js';
import { SeededRandom } from '../seeded-random.js';
import type { ReceiverOrder, ReceiverReport, Request, Temper } from './receiver-messages.js';

const REPORT_MS = 100;
const SLOW_MS = { least: 200, most: 1_500 };
const SHAKY_SHARE = 0.1;

const ANSWERS = new Map([
  [200, Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 'latin1')],
  [500, Buffer.from('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n', 'latin1')],
]);

/** The far end, a process of its own that nobody breaks: every request is noted, with the answer that it was given. */
class ReceiverProcess {
  private readonly requests: Request[] = [];
  private readonly servers: Server[] = [];
  private random = new SeededRandom(1);
  private isMended = false;

  constructor(private readonly parent: ParentLink<ReceiverOrder, ReceiverReport>) {}

  async obey(order: ReceiverOrder): Promise<void> {
    switch (order.kind) {
      case 'listen':
        this.random = new SeededRandom(order.seed);
        for (const [endpoint, temper] of order.tempers.entries()) await this.open(endpoint, temper);
        setInterval(() => this.parent.send({ kind: 'received', requests: this.requests.length }), REPORT_MS);
        this.parent.send({ kind: 'listening', ports: this.servers.map(portOf) });
        break;
      case 'mend':
        this.isMended = true;
        this.parent.send({ kind: 'mended' });
        break;
      case 'write':
        writeFileSync(order.file, JSON.stringify(this.requests));
        this.parent.send({ kind: 'written' });
        break;
    }
  }

  private async open(endpoint: number, temper: Temper): Promise<void> {
    const server = createServer((socket) => {
      const reader = new RequestReader((head) => this.take(socket, head, endpoint, temper));
      socket.setNoDelay(true);
      socket.on('data', (chunk) => reader.read(chunk));
      socket.on('error', () => socket.destroy());
    });
    server.listen({ port: 0, host: '127.0.0.1', backlog: 511 });
    await once(server, 'listening');
    this.servers.push(server);
  }

  private take(socket: Socket, head: string, endpoint: number, temper: Temper): void {
    const request: Request = {
      webhookId: headerOf(head, 'webhook-id') ?? '',
      deliveryId: headerOf(head, 'posthorn-delivery') ?? '',
      attempt: Number(headerOf(head, 'posthorn-attempt')),
      endpoint,
      isSigned: headerOf(head, 'webhook-signature')?.startsWith('v1,') ?? false,
      arrivedMs: monotonicMs(),
      status: this.isBadDay(temper) ? 500 : 200,
      answeredMs: null,
    };
    this.requests.push(request);
    if (temper !== 'slow' || this.isMended) answer(socket, request);
    else setTimeout(() => answer(socket, request), this.random.between(SLOW_MS.least, SLOW_MS.most));
  }

  private isBadDay(temper: Temper): boolean {
    if (this.isMended) return false;
    return temper === 'hopeless' || (temper === 'shaky' && this.random.next() < SHAKY_SHARE);
  }
}

function answer(socket: Socket, request: Request): void {
  if (!socket.writable) return;
  socket.write(ANSWERS.get(request.status)!);
  request.answeredMs = monotonicMs();
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

const parent = new ParentLink<ReceiverOrder, ReceiverReport>();
const receiver = new ReceiverProcess(parent);
parent.onOrder((order) => receiver.obey(order));
