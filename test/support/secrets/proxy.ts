import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that lets nobody through, and repeats in its refusal what it was shown. */
export class RefusingProxy {
  readonly shown: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RefusingProxy> {
    const server = createServer();
    const proxy = new RefusingProxy(server);
    server.on('connect', ({ headers }, socket) => {
      const credentials = headers['proxy-authorization'] ?? '';
      proxy.shown.push(credentials);
      socket.end(`HTTP/1.1 407 ${credentials}\r\nx-shown: ${credentials}\r\ncontent-length: 0\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
