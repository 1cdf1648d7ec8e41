import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, PosthornError } from '#kernel';
import { pathOf } from './problem.filter.js';
import { toProblem } from './problem.js';

/** What is told of a request that broke before there was one, by the code of Node's error. */
const REASONS: Readonly<Record<string, readonly [code: ErrorCode, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['bad_request', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['bad_request', 'The request did not arrive in time.'],
};

export function newRequestId(): string {
  // Node draws the bits of many of these at once.
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** The router's own refusals (a broken `%` escape, an over-long parameter) reach no filter. */
export function answerBrokenUrl(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const { problem, headers } = toProblem(error, { id: request.id, path: pathOf(request.url) });
  void reply.status(problem.status).headers(headers).send(JSON.stringify(problem));
}

/** What is not HTTP gets an answer that is, and no further one. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [code, message] = REASONS[error.code ?? ''] ?? ['bad_request', 'The request is not HTTP as we understand it.'];
  const { problem, headers } = toProblem(new PosthornError(code, message), { id: newRequestId(), path: '' });
  const body = JSON.stringify(problem);
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
  socket.end(`HTTP/1.1 400 Bad Request\r\n${head}\r\n\r\n${body}`);
}
