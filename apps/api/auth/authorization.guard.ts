import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PosthornError } from '#kernel';
import type { FastifyRequest } from '../http/request.js';
import { NAMED_BY_PATH, PERMISSION } from './allow.decorator.js';
import { needsKey } from './authentication.js';
import { mayDo, missingCapabilities, type Permission } from './permissions.js';
import { Scope } from './scope.js';

/**
 * What the caller may do, and to whose objects: the role's permission first, then the tenant and endpoint that the path
 * names, which do not exist for those who may not see them. Runs before the body is looked at.
 */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly scope: Scope,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!needsKey(request)) return true;
    const targets = [context.getHandler(), context.getClass()];
    this.checkPermission(request, this.reflector.getAllAndOverride<Permission>(PERMISSION, targets));
    await this.resolvePath(request, this.reflector.getAllAndOverride<string>(NAMED_BY_PATH, targets));
    return true;
  }

  private checkPermission({ principal, method, routeOptions }: FastifyRequest, permission?: Permission): void {
    const route = `${method} ${routeOptions.url}`;
    if (!permission) throw new Error(`${route} does not say which permission it needs (@Allow)`);
    if (!mayDo(principal!.role, permission)) {
      throw new PosthornError('forbidden', `A key with the role "${principal!.role}" may not do this (${permission}).`);
    }
    const missing = missingCapabilities(principal!, permission);
    if (missing?.length === 0) return;
    const reason = missing === null ? `may not do this (${permission})` : `was opened without ${missing.join(' and ')}`;
    throw new PosthornError('forbidden', `This portal session ${reason}.`);
  }

  private async resolvePath(request: FastifyRequest, mayNotExist?: string): Promise<void> {
    const { tenant, endpoint } = request.params as { tenant?: string; endpoint?: string };
    const principal = request.principal!;
    if (tenant === undefined || mayNotExist === 'tenant') return;
    request.tenantId = await this.scope.pathTenant(principal, tenant);
    if (endpoint === undefined || mayNotExist === 'endpoint') return;
    request.endpointId = await this.scope.pathEndpoint(request.tenantId, endpoint);
  }
}
