import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from './request.js';

/** 201 for something new, and where it is. */
export function created(reply: FastifyReply, location: string): void {
  void reply.status(201).header('location', location);
}

/** The ETag of an object that counts its versions: `"7"`. */
export function tagged<T extends { version: number }>(reply: FastifyReply, answer: T): T {
  void reply.header('etag', `"${answer.version}"`);
  return answer;
}

/** The version that `If-Match` demands; null when the header is not there or is `*`. A weak tag never matches. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null => {
  return readIfMatch(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']);
});

export function readIfMatch(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const match = /^"([1-9]\d{0,8})"$/.exec(header.trim());
  // Not a tag of ours, so not the version there is.
  return match ? Number(match[1]) : -1;
}
