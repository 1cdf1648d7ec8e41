import type { Server } from 'node:http';
import { ApiKeyStore } from '#tenants';
import { Publisher } from '#publishing';
import { createApi, type ApiDeps } from './create-api.js';
import { startMetricsServer } from './metrics/metrics-server.js';
import { Readiness } from './readiness.js';

/** The API, listening. */
export interface ServedApi {
  readonly url: string;
  /** Turns new requests away, finishes the ones begun, and sees what was accepted onto disk and into the queue. */
  stop(): Promise<void>;
}

/** Builds the API, makes sure of the operator's admin key, and listens where the configuration says. */
export async function serveApi(deps: ApiDeps): Promise<ServedApi> {
  const { access, http } = deps.config;
  const app = await createApi(deps);
  if (access.adminKey) await app.get(ApiKeyStore).ensureAdminKey(access.adminKey);
  await app.listen(http.port, http.host);
  let metricsServer: Server | null = null;
  if (http.metricsPort !== null) metricsServer = await startMetricsServer(deps.metrics, http.host, http.metricsPort);
  return {
    url: await app.getUrl(),
    stop: async () => {
      app.get(Readiness).stop();
      await app.close();
      await app.get(Publisher).drain();
      metricsServer?.close();
    },
  };
}
