import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from '../http/request.js';
import { toActor } from './acting.js';

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** Who is asking: a `Principal`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).principal!);

/** Who makes the change: an `Actor`, the first argument of whatever changes something. */
export const By = createParamDecorator((_: unknown, context: ExecutionContext) => toActor(requestOf(context)));

/** The UUID of the tenant that the path names by id or uid, and that the caller sees. */
export const TenantId = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).tenantId!);

/** The UUID of the endpoint that the path names by id or uid, within the tenant of the path. */
export const EndpointId = createParamDecorator(
  (_: unknown, context: ExecutionContext) => requestOf(context).endpointId!,
);
