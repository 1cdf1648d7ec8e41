import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { nestingDepth } from '#events';
import { PosthornError } from '#kernel';

/** Bytes for what stands around a single event of the largest size. */
const ENVELOPE_BYTES = 64 * 1024;

/**
 * The routes that take the bytes themselves: what is published must not be parsed and written again, and whoever signs in
 * is told of the key before anything of the body.
 */
const RAW_ROUTES = new Set(['/v1/events', '/v1/events/batch', '/v1/session']);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads JSON bodies, and nothing else. Ours rather than Nest's or Fastify's, because publishing needs the bytes as they
 * came, and because theirs delete or refuse keys such as `constructor` in what belongs to the customer.
 */
export function useBodyParser(instance: FastifyInstance, limits: Config['limits']): void {
  instance.removeAllContentTypeParsers();
  instance.addHook('onRoute', (route) => {
    route.bodyLimit = route.url === '/v1/events/batch' ? limits.batchBytes : limits.eventBytes + ENVELOPE_BYTES;
  });
  // Fastify would close the connection under a body that is too large, and a client that is still sending it would see
  // a broken pipe in place of the 413. Kept open, what is left of the body is read and thrown away.
  instance.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 413) reply.removeHeader('connection');
  });
  // Merge patches (RFC 7396) have a media type of their own, and need not use it.
  const types = ['application/json', 'application/merge-patch+json'];
  instance.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    request.rawBody = bytes;
    try {
      refuseEncoded(request);
      done(null, takesBytes(request) ? bytes : parseJson(bytes, limits.jsonDepth));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** The value of a JSON body; an empty one is no value. */
export function parseJson(bytes: Buffer, maxDepth: number): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new PosthornError('invalid_utf8', 'The body is not valid UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PosthornError('malformed_json', `The body is not JSON: ${(error as Error).message}.`);
  }
  // Deeper, and whatever walks through the value would run out of stack.
  if (nestingDepth(text) <= maxDepth) return value;
  throw new PosthornError('too_deep', `The body is nested deeper than ${maxDepth} levels.`);
}

/** JSON is UTF-8 (RFC 8259, section 8.1), and what is compressed would have to be guarded against bombs. */
function refuseEncoded({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new PosthornError('unsupported_media_type', `The body must be in UTF-8, not in ${charset}.`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  throw new PosthornError('unsupported_media_type', `The body must not be encoded (${encoding}).`);
}

function takesBytes(request: FastifyRequest): boolean {
  return request.method === 'POST' && RAW_ROUTES.has(request.routeOptions.url ?? '');
}
