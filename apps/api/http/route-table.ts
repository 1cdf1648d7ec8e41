import type { FastifyInstance } from 'fastify';
import { PosthornError } from '#kernel';

interface Route {
  pattern: RegExp;
  methods: Set<string>;
}

/** Every path there is and its methods, so that the wrong method on a right path is told apart from a wrong path. */
export class RouteTable {
  private readonly routes = new Map<string, Route>();

  /** Follows the routes of `instance`; before the first one is added. */
  follow(instance: FastifyInstance): void {
    instance.addHook('onRoute', ({ url, method }) => {
      const methods = [method].flat();
      const known = this.routes.get(url);
      if (known) for (const one of methods) known.methods.add(one);
      else this.routes.set(url, { pattern: toPattern(url), methods: new Set(methods) });
    });
  }

  /** Why a request found no handler: 405 with what the path does take, or 404. */
  refusalOf(method: string, url: string): PosthornError {
    const path = decodePath(url);
    const allow = new Set<string>();
    for (const { pattern, methods } of this.routes.values()) {
      if (pattern.test(path)) for (const one of methods) allow.add(one);
    }
    if (allow.size === 0 || allow.has(method)) {
      return new PosthornError('route_not_found', `There is no route ${method} ${path}.`);
    }
    const list = [...allow].sort();
    return new PosthornError('method_not_allowed', `${path} takes ${list.join(', ')}, not ${method}.`, { allow: list });
  }
}

function toPattern(url: string): RegExp {
  const source = url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z0-9_]+/g, '[^/]+');
  return new RegExp(`^${source.replace('\\*', '.*')}/?$`);
}

function decodePath(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
