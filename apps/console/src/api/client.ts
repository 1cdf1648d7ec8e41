import { noteAway } from './connection.js';
import { randomKey } from './idempotency.js';
import { ApiAway, ApiProblem, type Problem } from './problem.js';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface CallOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The version that a change is based on; a newer one refuses it with 412. */
  readonly ifMatch?: number | undefined;
  /** Of a POST: with the one of an earlier call it is done once. Each call has its own unless given. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the session adds to each call, and what is done when it has ended. */
export interface SessionHooks {
  headers(): Record<string, string>;
  /** Resolves when somebody has signed in again; rejects when they would rather not. */
  signInAgain(): Promise<void>;
}

/** Not the program's own words but those of what stands before it: nothing has come to the API. */
const AWAY = [502, 504];

let session: SessionHooks = { headers: () => ({}), signInAgain: () => Promise.reject(new Error('No session')) };

export function installSession(hooks: SessionHooks): void {
  session = hooks;
}

/** JSON in, JSON out; rejects with {@link ApiProblem} or {@link ApiAway}. */
export const api = {
  get: <T>(path: string, options?: CallOptions) => json<T>('GET', path, options),
  post: <T>(path: string, body: unknown = {}, options?: CallOptions) => json<T>('POST', path, { ...options, body }),
  put: <T>(path: string, body: unknown, options?: CallOptions) => json<T>('PUT', path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: CallOptions) => json<T>('PATCH', path, { ...options, body }),
  delete: (path: string, options?: CallOptions) => json<void>('DELETE', path, options),
  /** The answer's text as it came: for what must not lose a digit by being parsed. */
  text: async (path: string, options?: CallOptions) => (await call('GET', path, options)).text(),
  /** An answer that goes on: a stream of events. */
  open: (path: string, options?: CallOptions) => call('GET', path, options, 'text/event-stream'),
};

async function json<T>(method: Method, path: string, options?: CallOptions): Promise<T> {
  const answer = await call(method, path, options);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A session that has ended is renewed by the person at the keyboard, and the call is then made again. */
async function call(method: Method, path: string, options: CallOptions = {}, accept?: string): Promise<Response> {
  const idempotencyKey = method === 'POST' ? (options.idempotencyKey ?? randomKey()) : null;
  for (let isSecondTry = false; ; isSecondTry = true) {
    const answer = await send(method, path, options, { idempotencyKey, accept });
    if (answer.ok) return answer;
    if (answer.status === 401 && !isSecondTry && !path.startsWith('/v1/session')) {
      await session.signInAgain();
      continue;
    }
    throw new ApiProblem(await readProblem(answer));
  }
}

interface Extra {
  readonly idempotencyKey: string | null;
  readonly accept: string | undefined;
}

async function send(method: Method, path: string, options: CallOptions, extra: Extra): Promise<Response> {
  const { body, ifMatch, signal, query } = options;
  const headers: Record<string, string> = { ...session.headers(), accept: extra.accept ?? 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (ifMatch !== undefined) headers['if-match'] = `"${ifMatch}"`;
  if (extra.idempotencyKey !== null) headers['idempotency-key'] = extra.idempotencyKey;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  const answer = await fetch(path + toQuery(query), init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    noteAway();
    throw new ApiAway();
  });
  if (!AWAY.includes(answer.status)) return answer;
  noteAway();
  throw new ApiAway();
}

export function toQuery(query: Query | undefined): string {
  const given = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

async function readProblem(answer: Response): Promise<Problem> {
  const problem: Partial<Problem> = await (answer.json() as Promise<Partial<Problem>>).catch(() => ({}));
  return {
    ...problem,
    status: answer.status,
    code: problem.code ?? 'unknown',
    title: problem.title ?? answer.statusText,
    detail: problem.detail ?? `The API answered ${answer.status}.`,
  };
}
