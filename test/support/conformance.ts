import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenAPIObject } from '@nestjs/swagger';

export interface SeenAnswer {
  method: string;
  path: string;
  status: number;
  contentType: string | undefined;
  body: unknown;
}

type Node = Record<string, unknown>;

/** Pages for people, which OpenAPI says nothing about. */
const UNDOCUMENTED = /^\/(docs|console|portal)(\/|$)/;

/**
 * Holds real answers against the OpenAPI document: the route must be there, with this status, this content type, and a
 * body that matches its schema. Here (not in the document itself, where fields may be added) an object with a field
 * that its schema does not name is a mistake.
 */
export class Conformance {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly routes: { pattern: RegExp; operations: Node; statics: number }[];
  private readonly validators = new Map<string, ValidateFunction>();
  /** `GET /v1/tenants 200`, for those who ask what was seen. */
  readonly seen = new Set<string>();

  constructor(document: OpenAPIObject) {
    addFormats.default(this.ajv);
    const { components, paths } = closeObjects(
      structuredClone({ components: document.components, paths: document.paths }),
    );
    this.ajv.addSchema({ $id: 'openapi', components, paths });
    this.routes = Object.entries(document.paths).map(([path, operations]) => ({
      pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`),
      operations: Object.assign(operations as unknown as Node, { path }),
      statics: path.split('/').filter((part) => !part.startsWith('{')).length,
    }));
    // As a router does: words before parameters.
    this.routes.sort((a, b) => b.statics - a.statics);
  }

  /** Throws when the document does not allow this answer. */
  check({ method, path: url, status, contentType, body }: SeenAnswer): void {
    const path = url.replace(/[?#].*$/, '');
    if (UNDOCUMENTED.test(path)) return;
    const type = contentType?.split(';')[0];
    const route = this.routes.find(({ pattern }) => pattern.test(path));
    const operation = route?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()] as Node | undefined;
    const what = `${method} ${path} ${status} ${type ?? ''}`;
    if (!route || !operation) return this.checkUndocumented(what, status, body);
    const template = String(route.operations['path']);
    const responses = operation['responses'] as Record<string, Node>;
    const response = responses[status];
    if (!response) throw new Error(`${what}: the document knows no ${status} for ${method} ${template}`);
    this.seen.add(`${method} ${template} ${status}`);
    const content = (response['content'] ?? {}) as Record<string, Node>;
    if (Object.keys(content).length === 0 && !type) return;
    if (!type || !content[type]) {
      throw new Error(
        `${what}: the document knows only ${Object.keys(content).join(', ') || 'no body'} for ${template}`,
      );
    }
    if (method === 'HEAD') return;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    this.validate(what, `openapi#/${pointer.map(escapePointer).join('/')}`, body);
  }

  /** Paths and methods that are not there: refused, and as every refusal. */
  private checkUndocumented(what: string, status: number, body: unknown): void {
    if (![400, 401, 404, 405, 414].includes(status)) throw new Error(`${what}: the document knows no such operation`);
    this.validate(what, 'openapi#/components/schemas/Problem', body);
  }

  private validate(what: string, ref: string, body: unknown): void {
    let validator = this.validators.get(ref);
    if (!validator) this.validators.set(ref, (validator = this.ajv.compile({ $ref: ref })));
    if (validator(body)) return;
    throw new Error(
      `${what} is not as the document says:\n${this.ajv.errorsText(validator.errors)}\n${JSON.stringify(body)}`,
    );
  }
}

/** Makes every object schema refuse what it does not name, unless it says otherwise. */
function closeObjects<T>(node: T): T {
  if (Array.isArray(node)) return node.map((one) => closeObjects(one as unknown)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closeObjects(value as unknown)]));
  const isObjectSchema = closed['type'] === 'object' && typeof closed['properties'] === 'object';
  if (isObjectSchema && !('additionalProperties' in closed)) closed['additionalProperties'] = false;
  return closed as T;
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
