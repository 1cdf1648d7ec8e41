import { HttpException } from '@nestjs/common';
import { isConnectionLost, isTransient } from '#database';
import { ERROR_CODES, type ErrorCode, type FieldError, PosthornError } from '#kernel';
import { rateLimitHeaders } from './rate-limit-headers.js';

/** RFC 9457, with our members: a stable `code`, the request's id, and for bad input what is wrong where. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ErrorCode;
  requestId: string;
  errors?: readonly FieldError[];
}

/** An answer of trouble: the problem, and the headers that go with it. */
export interface ProblemAnswer {
  problem: Problem;
  headers: Record<string, string>;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** How long to wait, in seconds, before trying again after a lost database: it is back, or failed over, within seconds. */
const RETRY_AFTER_SECONDS = 2;

/** What Fastify and Nest say by status alone. */
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'route_not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'too_large',
  414: 'bad_request',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  429: 'rate_limited',
  503: 'overloaded',
};

/** SQLSTATEs that only a text PostgreSQL cannot hold (a NUL, a broken surrogate) can cause. */
const UNTRANSLATABLE_TEXT = new Set(['22021', '22P05']);

/** Whatever went wrong as the refusal that the caller gets; a surprise becomes `internal_error` and tells nothing. */
export function toPosthornError(error: unknown): PosthornError {
  if (error instanceof PosthornError) return error;
  const sqlState = (error as { code?: string } | null)?.code ?? '';
  if (UNTRANSLATABLE_TEXT.has(sqlState)) {
    return new PosthornError('validation_failed', 'A text holds a NUL or other characters that cannot be stored.');
  }
  if (isConnectionLost(error) || isTransient(error)) {
    const message = 'The database cannot be reached or is too busy. Nothing was changed.';
    return new PosthornError('overloaded', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  const status = statusOf(error);
  const code = status === null ? undefined : CODES_BY_STATUS[status];
  return code
    ? new PosthornError(code, ERROR_CODES[code][1])
    : new PosthornError('internal_error', 'Something went wrong on our side. Please quote the requestId.');
}

export function toProblem(error: unknown, request: { id: string; path: string }): ProblemAnswer {
  const refusal = toPosthornError(error);
  const [status, title] = ERROR_CODES[refusal.code];
  const { errors, retryAfterSeconds, perSecond, allow } = refusal.facts;
  const headers: Record<string, string> = { 'content-type': PROBLEM_TYPE };
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="posthorn"';
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  if (perSecond !== undefined) {
    const standing = { limit: perSecond, remaining: 0, resetMs: (retryAfterSeconds ?? 1) * 1_000 };
    Object.assign(headers, rateLimitHeaders(standing));
  }
  if (allow) headers['allow'] = allow.join(', ');
  return {
    headers,
    problem: {
      type: `urn:posthorn:problem:${refusal.code}`,
      title,
      status,
      detail: refusal.message,
      instance: request.path,
      code: refusal.code,
      requestId: request.id,
      ...(errors && errors.length > 0 ? { errors } : {}),
    },
  };
}

/** Whether this is our fault (or our database's), and so worth a line in the log. */
export function isSurprise(error: unknown): boolean {
  const { code } = toPosthornError(error);
  return code === 'internal_error' || (code === 'overloaded' && !(error instanceof PosthornError));
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's own errors, such as FST_ERR_CTP_BODY_TOO_LARGE.
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number' ? statusCode : null;
}
