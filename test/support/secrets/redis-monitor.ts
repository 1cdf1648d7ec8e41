import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** Hears every command that a Redis is sent, with all it carries: what has gone from the queue was there too. */
export class RedisMonitor {
  readonly #parts: Buffer[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (part: Buffer) => this.#parts.push(part));
  }

  static async start(port: number): Promise<RedisMonitor> {
    const socket = connect(port, '127.0.0.1');
    socket.write('MONITOR\r\n');
    await once(socket, 'data');
    return new RedisMonitor(socket);
  }

  get heard(): Buffer {
    return Buffer.concat(this.#parts);
  }

  stop(): void {
    this.socket.destroy();
  }
}
