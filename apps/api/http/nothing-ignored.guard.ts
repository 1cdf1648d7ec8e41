import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { NoFieldsDto } from './no-fields.dto.js';
import type { FastifyRequest } from './request.js';
import { validateDto } from './validation.pipe.js';

/**
 * Refuses query parameters and bodies where an operation takes none. Nest validates only what a handler asks for, and
 * the rest would be accepted and ignored: a filter that does not filter, a reason that nobody keeps.
 */
@Injectable()
export class NothingIgnoredGuard implements CanActivate {
  private readonly kinds = new WeakMap<object, ReadonlySet<number>>();

  canActivate(context: ExecutionContext): boolean {
    const { principal, query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    // Pages and probes may be asked for with anything.
    if (!principal) return true;
    const takes = this.kindsOf(context);
    if (!takes.has(RouteParamtypes.QUERY) && !isEmpty(query)) validateDto(NoFieldsDto, query ?? {}, '?');
    const readsBody = takes.has(RouteParamtypes.BODY) || takes.has(RouteParamtypes.REQUEST);
    if (!readsBody && body != null) validateDto(NoFieldsDto, body);
    return true;
  }

  /** What the parameters of a handler are taken from; looked up once for each, for this runs on every request. */
  private kindsOf(context: ExecutionContext): ReadonlySet<number> {
    const handler = context.getHandler();
    let kinds = this.kinds.get(handler);
    if (!kinds) this.kinds.set(handler, (kinds = readKinds(context)));
    return kinds;
  }
}

function isEmpty(query: unknown): boolean {
  return Object.keys(query ?? {}).length === 0;
}

function readKinds(context: ExecutionContext): ReadonlySet<number> {
  const { name } = context.getHandler();
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), name) ?? {}) as object;
  // Their names are `<kind>:<index>`; those of custom decorators are something else.
  return new Set(Object.keys(parameters).map((key) => Number(/^(\d+):/.exec(key)?.[1] ?? -1)));
}
