import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Logger } from '#telemetry';
import { StoredAnswer } from '../idempotency/stored-answer.js';
import { isSurprise, toProblem } from './problem.js';
import type { FastifyReply, FastifyRequest } from './request.js';
import type { RouteTable } from './route-table.js';

/** The one place where what was thrown becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly routes: RouteTable,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return;
    if (error instanceof StoredAnswer) return error.send(reply);
    // Nest's not-found handler does not know that the path may exist with another method.
    const cause = error instanceof NotFoundException ? this.routes.refusalOf(request.method, request.url) : error;
    const { problem, headers } = toProblem(cause, { id: request.id, path: pathOf(request.url) });
    if (isSurprise(cause)) this.logSurprise(cause, request);
    // As text: Fastify would add nothing but a second content type.
    void reply.status(problem.status).headers(headers).send(JSON.stringify(problem));
  }

  private logSurprise(error: unknown, request: FastifyRequest): void {
    const path = loggedPathOf(request);
    const facts = { err: error, requestId: request.id, method: request.method, path };
    this.logger.error(facts, 'request failed');
  }
}

/** A token in a path opens what it is about to whoever reads it: of such a request only the route is logged. */
function loggedPathOf({ url, routeOptions }: FastifyRequest): string {
  const route = routeOptions.url ?? '';
  return route.includes(':token') ? route : pathOf(url);
}

export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
