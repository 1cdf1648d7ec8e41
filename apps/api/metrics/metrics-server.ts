import { createServer, type Server } from 'node:http';
import type { Metrics } from '#telemetry';

/** `/metrics` on a port of its own (METRICS_PORT), so that it need not be where the API is. Listens when it resolves. */
export async function startMetricsServer(metrics: Metrics, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') response.writeHead(404).end();
    else
      void metrics.expose().then(
        ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
        () => response.writeHead(500).end(),
      );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return server;
}
