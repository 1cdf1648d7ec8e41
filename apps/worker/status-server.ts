import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Database } from '#database';
import type { Metrics } from '#telemetry';
import type { RunningWorker } from './create-worker.js';

/** `/health/live`, `/health/ready` and `/metrics` of a worker, which has no API of its own. */
export class StatusServer {
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private isStopping = false;

  constructor(
    private readonly db: Database,
    private readonly worker: RunningWorker,
    private readonly metrics: Metrics,
  ) {}

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
  }

  /** From now on not ready. */
  stopping(): void {
    this.isStopping = true;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
    switch ((url ?? '').split('?', 1)[0]!) {
      case '/health/live':
        return json(response, 200, { status: 'live' });
      case '/health/ready':
        return this.answerReady(response);
      case '/metrics': {
        const { contentType, text } = await this.metrics.expose();
        response.writeHead(200, { 'content-type': contentType }).end(text);
        return;
      }
      default:
        json(response, 404, { status: 404, title: 'Not Found' });
    }
  }

  private async answerReady(response: ServerResponse): Promise<void> {
    const isUp = await this.db.query('SELECT 1').then(
      () => true,
      () => false,
    );
    const isReady = isUp && this.worker.isHealthy && !this.isStopping;
    const degraded = this.worker.isQueueConnected ? [] : ['queue'];
    json(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable', degraded });
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
