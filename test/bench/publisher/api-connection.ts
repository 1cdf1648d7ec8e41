import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  body: string;
}

const NOTHING = Buffer.alloc(0);

/** One kept-alive connection to the API on a bare socket: one request at a time, at a tenth of a client library's cost. */
export class ApiConnection {
  private pending: Buffer = NOTHING;
  private settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly fixedHead: string,
  ) {
    socket.on('data', (chunk) => this.read(chunk));
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(new Error('The API closed the connection')));
  }

  static async open(url: string, key: string): Promise<ApiConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    const head = ` HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: `;
    return new ApiConnection(socket, head);
  }

  post(path: string, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.socket.write(`POST ${path}${this.fixedHead}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    const bytes = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    this.pending = bytes;
    const headEnd = bytes.indexOf('\r\n\r\n', 0, 'latin1');
    if (headEnd < 0) return;
    const head = bytes.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.end(new Error(`An answer without a content-length:\n${head}`));
    const bodyEnd = headEnd + 4 + Number(length);
    if (bytes.length < bodyEnd) return;
    this.pending = bytes.subarray(bodyEnd);
    const { settle } = this;
    this.settle = null;
    settle?.resolve({ status: Number(head.slice(9, 12)), body: bytes.toString('utf8', headEnd + 4, bodyEnd) });
  }

  private end(error: Error): void {
    this.settle?.reject(error);
    this.settle = null;
    this.socket.destroy();
  }
}
