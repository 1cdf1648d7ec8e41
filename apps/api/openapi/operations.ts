import type { OpenAPIObject } from '@nestjs/swagger';
import { SIGN_IN_PATH } from '../auth/authentication.js';
import { PROBLEM_CONTENT } from '../http/api-docs.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

export type Method = (typeof METHODS)[number];

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request or its JSON is broken.',
  401: 'No API key, or one that is unknown, revoked or expired.',
  403: "The key's role does not allow this.",
  404: "Unknown, or another tenant's.",
  409: 'Not in the state that there is.',
  412: '`If-Match` names an older version.',
  413: 'Too large.',
  415: 'Not JSON.',
  422: 'A field is missing, unknown or wrong.',
  429: 'Too many requests.',
  500: 'A bug.',
  503: 'Overloaded, or a dependency is away.',
};

const PARAMETERS: Readonly<Record<string, string>> = {
  tenant: 'Id (`ten_…`) or uid of the tenant.',
  endpoint: 'Id (`ep_…`) or uid of the endpoint.',
};

/** Adds to every operation under /v1 what holds for all of them: the key, what can go wrong, common headers. */
export function completeOperations(document: OpenAPIObject): void {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      addPathParameters(operation, path);
      if (!path.startsWith('/v1/')) continue;
      operation.security = path === SIGN_IN_PATH && method === 'post' ? [] : [{ apiKey: [] }];
      addHeaders(operation, method);
      addProblems(operation, problemsOf(path, method, operation));
    }
  }
}

/** Which statuses of trouble an operation can have. */
function problemsOf(path: string, method: Method, operation: Operation): number[] {
  const { requestBody, responses } = operation;
  const statuses = [400, 401, 403, 422, 429, 500, 503];
  if (path.includes('{') || method === 'get') statuses.push(404);
  if (method !== 'get') statuses.push(409, 413, 415);
  if (method === 'put' || method === 'patch' || method === 'delete' || takesIfMatch(operation)) statuses.push(412);
  if (requestBody && method === 'post') statuses.push(404);
  return statuses.filter((status) => !Object.hasOwn(responses, status)).sort((a, b) => a - b);
}

function addProblems(operation: Operation, statuses: readonly number[]): void {
  for (const status of statuses)
    operation.responses[status] = { description: MEANINGS[status]!, content: PROBLEM_CONTENT };
}

/** Parameters of the path that no decorator has told: the guard reads them. */
function addPathParameters(operation: Operation, path: string): void {
  const told = new Set(operation.parameters?.flatMap((one) => ('name' in one && one.in === 'path' ? [one.name] : [])));
  for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
    if (told.has(name!)) continue;
    const parameter = { name: name!, in: 'path' as const, required: true, schema: { type: 'string' as const } };
    operation.parameters = [parameter, ...(operation.parameters ?? [])];
  }
  for (const one of operation.parameters ?? []) {
    if ('in' in one && one.in === 'path') one.description ??= PARAMETERS[one.name];
  }
}

function addHeaders(operation: Operation, method: Method): void {
  const add = (name: string, description: string): void => {
    const parameter = {
      name,
      in: 'header' as const,
      required: false,
      description,
      schema: { type: 'string' as const },
    };
    operation.parameters = [...(operation.parameters ?? []), parameter];
  };
  if (method === 'post')
    add('Idempotency-Key', 'Of your making: the same key and body give the same answer for 24 hours.');
  if (method !== 'get') add('Posthorn-Actor', 'On whose behalf you act, for the audit log: 256 characters at most.');
  const isTagged = Object.values(operation.responses).some((one) => one && 'headers' in one && one.headers?.['ETag']);
  const told = takesIfMatch(operation);
  if (isTagged && !told && (method === 'put' || method === 'patch')) {
    add('If-Match', 'The `ETag` that was read: the change is refused when the object has changed since.');
  }
}

function takesIfMatch({ parameters }: Operation): boolean {
  return parameters?.some((one) => 'name' in one && one.name.toLowerCase() === 'if-match') ?? false;
}
