import { createServer } from 'node:net';

const FIRST = 20_000;
const LAST = 32_000;

/**
 * A free port below those that the system gives to outgoing connections: a server that is away for a minute finds its
 * port free when it comes back.
 */
export async function findQuietPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
}

const taken = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
