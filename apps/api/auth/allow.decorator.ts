import { SetMetadata } from '@nestjs/common';
import type { Permission } from './permissions.js';

export const PERMISSION = 'posthorn:permission';
export const NAMED_BY_PATH = 'posthorn:named-by-path';

/** Which permission a route needs. Every route under /v1 has one: without it the route refuses to work at all. */
export const Allow = (permission: Permission): MethodDecorator & ClassDecorator => SetMetadata(PERMISSION, permission);

/**
 * The last parameter of the path may name something that does not exist yet: `PUT` by the owner's uid creates it. Its
 * handler reads the parameter itself.
 */
export const MayNotExistYet = (parameter: 'tenant' | 'endpoint'): MethodDecorator =>
  SetMetadata(NAMED_BY_PATH, parameter);
