import { type Answer, ApiClient, type CallOptions } from '../../support/api-client.js';

/** One answer of the API, whole. */
export interface Overheard {
  readonly operation: string;
  readonly status: number;
  readonly content: string;
}

/** A client that remembers every answer, headers included. */
export class OverheardClient extends ApiClient {
  readonly answers: Overheard[] = [];

  override async call<Body>(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer<Body>> {
    const answer = await super.call<Body>(method, path, body, options);
    const content = `${JSON.stringify(answer.headers)}\n${answer.text}`;
    this.answers.push({ operation: `${method} ${path}`, status: answer.status, content });
    return answer;
  }
}
