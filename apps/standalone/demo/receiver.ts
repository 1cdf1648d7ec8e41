import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import type { Ledger } from './ledger.js';

/** What a receiver's own program makes of a genuine request: the status that it answers with. */
export type Handler = (request: { event: string; attempt: number }) => number;

/**
 * Below the ports that systems hand out to outgoing connections (from 32768 on Linux, 49152 elsewhere), so that a
 * receiver that goes away finds its port free when it comes back.
 */
const PORTS = { from: 20_000, to: 32_000 };
const MOST_PORTS_TRIED = 50;

/**
 * A customer's server: real HTTP on 127.0.0.1. It verifies every request with the package `standardwebhooks`, which
 * shares no code with Posthorn, turns away what is not genuine, and writes all of it into the ledger.
 */
export class Receiver {
  private readonly seen = new Set<string>();
  private server: Server | null = null;
  private webhook: Webhook | null = null;
  private port = 0;

  constructor(
    readonly name: string,
    private readonly ledger: Ledger,
    private readonly handle: Handler = () => 200,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/webhooks`;
  }

  /** The secret that the sender showed when the endpoint was registered. */
  trust(secret: string): void {
    this.webhook = new Webhook(secret);
  }

  /** Listens: on a free port the first time, on the same one ever after. */
  async open(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const port = this.port || PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
      const server = createServer((request, response) => void this.receive(request, response));
      try {
        await once(server.listen(port, '127.0.0.1'), 'listening');
        this.server = server;
        this.port = port;
        return;
      } catch (error) {
        if (this.port || tries === MOST_PORTS_TRIED) throw error;
      }
    }
  }

  /** Goes away as a crashed server does: connections are refused from now on. */
  async close(): Promise<void> {
    const server = this.server;
    if (server === null) return;
    this.server = null;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = Buffer.concat((await request.toArray()) as Buffer[]);
      const receivedAtMs = performance.now();
      response.writeHead(this.judge(request.headers, body, receivedAtMs)).end();
    } catch {
      // The sender hung up, or we are closing: there is nobody to answer.
      response.destroy();
    }
  }

  private judge(headers: IncomingHttpHeaders, body: Buffer, receivedAtMs: number): number {
    const event = headerOf(headers, 'webhook-id');
    const attempt = Number(headerOf(headers, 'posthorn-attempt'));
    const isVerified = this.isGenuine(headers, body);
    const status = isVerified ? this.handle({ event, attempt }) : 401;
    this.ledger.received({
      receiver: this.name,
      event,
      delivery: headerOf(headers, 'posthorn-delivery'),
      replayOf: headerOf(headers, 'posthorn-replay-of') || null,
      attempt,
      body,
      isVerified,
      isForgeryRefused: !this.isGenuine(headers, withOneByteChanged(body)),
      status,
      isDuplicate: this.seen.has(event),
      receivedAtMs,
    });
    if (status < 300) this.seen.add(event);
    return status;
  }

  private isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
    try {
      this.webhook?.verify(body, headers as Record<string, string>, { jsonParse: false });
      return this.webhook !== null;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** The smallest forgery there is, somewhere in the middle. */
function withOneByteChanged(body: Buffer): Buffer {
  const forged = Buffer.from(body);
  const position = Math.floor(forged.length / 2);
  forged[position] = (forged[position] ?? 0) === 0x30 ? 0x31 : 0x30;
  return forged;
}
