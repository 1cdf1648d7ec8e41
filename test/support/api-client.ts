import { request } from 'node:http';
import type { Conformance } from './conformance.js';

export interface CallOptions {
  /** The API key; null: none at all. The client's own unless given. */
  key?: string | null;
  headers?: Record<string, string>;
  /** The status that must come back; any 2xx unless given. `any`: whatever comes is looked at by the caller. */
  expect?: number | 'any';
}

export interface Answer<Body> {
  status: number;
  headers: Record<string, string | undefined>;
  /** Parsed JSON; the text when it is something else; undefined when there is none. */
  body: Body;
  text: string;
}

/** Answers are read freely in tests: the OpenAPI document says what they are, and every one is held against it. */
// oxlint-disable-next-line typescript/no-explicit-any
type AnyBody = Record<string, any>;

/** A client that says what it expects, so that a test fails where the surprise is, with the whole answer. */
export class ApiClient {
  constructor(
    readonly url: string,
    private readonly key: string | null,
    /** What every answer is held against. */
    private readonly conformance: Conformance | null = null,
  ) {}

  /** The same API, as someone else. */
  as(key: string | null): ApiClient {
    return new ApiClient(this.url, key, this.conformance);
  }

  get<Body = AnyBody>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.call('GET', path, undefined, options);
  }

  post<Body = AnyBody>(path: string, body?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call('POST', path, body, options);
  }

  put<Body = AnyBody>(path: string, body: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call('PUT', path, body, options);
  }

  patch<Body = AnyBody>(path: string, body: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call('PATCH', path, body, options);
  }

  delete<Body = AnyBody>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.call('DELETE', path, undefined, options);
  }

  /** A string or Buffer goes as it is, anything else as JSON. */
  async call<Body = AnyBody>(
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Answer<Body>> {
    const key = options.key === undefined ? this.key : options.key;
    const headers: Record<string, string> = {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    };
    const payload =
      body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    // Node leaves it out for DELETE, and the body would pass for the next request.
    if (payload !== undefined) headers['content-length'] = String(Buffer.byteLength(payload));
    const answer = await exchange<Body>(`${this.url}${path}`, method, headers, payload);
    this.conformance?.check({
      method,
      path,
      status: answer.status,
      contentType: answer.headers['content-type'],
      body: answer.body,
    });
    const { expect: expected = '2xx' } = options;
    const isFine = expected === '2xx' ? answer.status < 300 : expected === 'any' || answer.status === expected;
    if (isFine) return answer;
    throw new Error(`${method} ${path}: expected ${expected}, got ${answer.status}\n${answer.text}`);
  }
}

/** Over node:http, because fetch refuses some of the broken requests that tests make. */
function exchange<Body>(
  url: string,
  method: string,
  headers: Record<string, string>,
  payload: string | Buffer | undefined,
): Promise<Answer<Body>> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      const isStream = /event-stream/.test(response.headers['content-type'] ?? '');
      response.on('data', (part: Buffer) => {
        parts.push(part);
        if (isStream) finish();
      });
      response.on('error', reject);
      response.on('end', finish);

      /** What goes on without an end is read up to its first part. */
      function finish(): void {
        if (isStream) call.destroy();
        const text = Buffer.concat(parts).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string | undefined>,
          body: (isJson && text !== '' ? JSON.parse(text) : text || undefined) as Body,
          text,
        });
      }
    });
    call.on('error', reject);
    call.end(payload);
  });
}
