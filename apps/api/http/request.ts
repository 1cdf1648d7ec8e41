import type { Uuid } from '#kernel';
import type { Principal } from '#tenants';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set before anything else happens to a request under /v1. */
    principal?: Principal;
    /** The body as it came, when there was one. */
    rawBody?: Buffer;
    /** What `{tenant}` in the path stands for, once the caller is known to see it. */
    tenantId?: Uuid;
    /** What `{endpoint}` in the path stands for, within its tenant. */
    endpointId?: Uuid;
  }
}

export type { FastifyReply, FastifyRequest } from 'fastify';
