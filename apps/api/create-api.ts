import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { measureBacklog, OpenDeliveryStore } from '#deliveries';
import { NestLogger } from '#telemetry';
import type { ApiDeps } from './api-deps.js';
import { ApiModule } from './api.module.js';
import { Authentication, needsKey } from './auth/authentication.js';
import { KeyRates } from './auth/key-rates.js';
import { serveConsole } from './console/serve-console.js';
import { answerBrokenHttp, answerBrokenUrl, newRequestId } from './http/broken-requests.js';
import { useBodyParser } from './http/body-parser.js';
import { ProblemFilter } from './http/problem.filter.js';
import { RouteTable } from './http/route-table.js';
import { ValidationPipe } from './http/validation.pipe.js';
import { ApiDocument } from './openapi/api-document.js';
import { buildDocument } from './openapi/document.js';
import { Readiness } from './readiness.js';

export type { ApiDeps };

/** What comes with a request may wait no longer than this to be complete, in milliseconds. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * The whole API, built and initialised but not listening: `app.listen(port, host)` starts it, `app.close()` finishes
 * its requests. The same for the API's process, the standalone platform and the tests.
 */
export async function createApi(deps: ApiDeps): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    logger: false,
    skipMiddie: true,
    multipart: false,
    trustProxy: deps.config.http.trustedProxies.length > 0 ? [...deps.config.http.trustedProxies] : false,
    genReqId: newRequestId,
    // What still comes over an open connection while we stop is answered, and the connection then closed.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A uid has up to 256 characters, and may come percent-encoded.
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: answerBrokenUrl,
    clientErrorHandler: answerBrokenHttp,
  });
  const instance = adapter.getInstance<FastifyInstance>();
  const routes = new RouteTable();
  routes.follow(instance);
  useBodyParser(instance, deps.config.limits);

  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.over(deps), adapter, {
    bodyParser: false,
    logger: new NestLogger(deps.logger),
    abortOnError: false,
  });
  authenticateFirst(instance, app.get(Authentication), app.get(KeyRates));
  await serveConsole(instance, deps);
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(deps.logger, routes));
  app.get(ApiDocument).set(buildDocument(app, deps.config));
  app.get(Readiness).watch('queue', () => deps.queue.isAvailable);
  deps.metrics.measure('queue', async () => deps.metrics.queueDepth.set(await deps.queue.depth()));
  deps.metrics.measure('backlog', () => measureBacklog(deps.metrics, app.get(OpenDeliveryStore)));
  await app.init();
  await instance.ready();
  return app;
}

/** Before the body is read, and on paths that do not exist too: without a key nothing is told about what there is. */
function authenticateFirst(instance: FastifyInstance, authentication: Authentication, rates: KeyRates): void {
  instance.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    if (!needsKey(request)) return;
    request.principal = await authentication.of(request);
    rates.admit(request.principal, reply);
  });
}
