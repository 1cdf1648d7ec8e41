import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { KeyRing, PosthornError } from '#kernel';
import { IdempotencyStore, type IdempotentRequest, type KeptAnswer } from '#tenants';
import { pathOf } from '../http/problem.filter.js';
import { toProblem } from '../http/problem.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { refusal } from '../http/validation.pipe.js';
import { StoredAnswer } from './stored-answer.js';

/** Of the answer's headers these are kept with it. */
const KEPT_HEADERS = ['content-type', 'location', 'etag'];

const JSON_TYPE = 'application/json; charset=utf-8';

/** 1 to 255 visible ASCII characters. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * `Idempotency-Key` on any POST: the request is run once, and repeated requests get its answer. Every answer is sealed,
 * because some of them show a secret; answers of 5xx are not kept.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly keyRing: KeyRing,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST' || !request.principal) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return defer(() => this.runOnce(toIdempotentRequest(request, String(key)), request, reply, next));
  }

  private async runOnce(
    asked: IdempotentRequest,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const begun = await this.store.begin(asked);
    if (begun.state === 'run') return this.run(asked, begun.lease, request, reply, next);
    if (begun.state === 'answered') throw this.unseal(asked, begun.answer);
    if (begun.state === 'conflict') {
      throw new PosthornError('idempotency_conflict', 'This Idempotency-Key was used with another body.');
    }
    const message = 'The first request with this Idempotency-Key is still running.';
    throw new PosthornError('idempotency_in_progress', message, { retryAfterSeconds: 1 });
  }

  private async run(
    asked: IdempotentRequest,
    lease: string,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    let answer: unknown;
    try {
      answer = await lastValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      const { problem, headers } = toProblem(error, { id: request.id, path: pathOf(request.url) });
      const isFinal = problem.status < 500 && problem.status !== 429;
      if (isFinal) await this.keep(asked, lease, problem.status, headers, JSON.stringify(problem));
      else await this.store.release(asked, lease).catch(() => undefined);
      throw error;
    }
    await this.keep(asked, lease, reply.statusCode, headersOf(reply, answer), toText(answer));
    return answer;
  }

  /** The work is done and its answer stands, even if it cannot be kept: the lease then runs out by itself. */
  private async keep(
    asked: IdempotentRequest,
    lease: string,
    status: number,
    headers: Record<string, string>,
    body: string,
  ): Promise<void> {
    const sealedBody = this.keyRing.seal(body, contextOf(asked));
    await this.store.keep(asked, lease, { status, headers, sealedBody }).catch(() => undefined);
  }

  private unseal(asked: IdempotentRequest, { status, headers, sealedBody }: KeptAnswer): StoredAnswer {
    return new StoredAnswer(status, headers, this.keyRing.open(sealedBody, contextOf(asked)).toString());
  }
}

function toIdempotentRequest(request: FastifyRequest, key: string): IdempotentRequest {
  if (!KEY.test(key)) {
    const message = 'header must have 1 to 255 visible ASCII characters';
    throw refusal([{ pointer: 'Idempotency-Key', code: 'invalid', message }]);
  }
  const { keyId, session } = request.principal!;
  return {
    // Portals of several tenants are opened with one key: each is somebody of its own.
    apiKeyId: session?.kind === 'portal' ? session.id : keyId,
    method: request.method,
    path: pathOf(request.url),
    key,
    requestHash: createHash('sha256')
      .update(request.rawBody ?? '')
      .digest(),
  };
}

function contextOf({ apiKeyId, method, path, key }: IdempotentRequest): string {
  return `${apiKeyId} ${method} ${path} ${key}`;
}

function headersOf(reply: FastifyReply, answer: unknown): Record<string, string> {
  const kept: Record<string, string> = answer === undefined ? {} : { 'content-type': JSON_TYPE };
  for (const name of KEPT_HEADERS) {
    const value = reply.getHeader(name);
    if (value !== undefined) kept[name] = String(value);
  }
  return kept;
}

function toText(answer: unknown): string {
  if (answer === undefined) return '';
  return typeof answer === 'string' ? answer : JSON.stringify(answer);
}
