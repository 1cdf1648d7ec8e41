import { Receiver, type ReceivedRequest } from './receiver.js';

/** What a token endpoint was asked, taken apart. */
export interface TokenRequest {
  form: Record<string, string>;
  authorization: string | null;
}

/**
 * A real OAuth 2.0 token endpoint: gives out `token-1`, `token-2`, … to whom it knows. Scripted like any receiver for the
 * rest.
 */
export class TokenServer {
  /** Tokens given out. */
  issued = 0;
  /** `expires_in` of the tokens to come; null: it does not say. */
  expiresIn: number | null = 3_600;

  private constructor(readonly receiver: Receiver) {}

  static async start(): Promise<TokenServer> {
    const server = new TokenServer(await Receiver.start());
    server.giveTokens();
    return server;
  }

  get url(): string {
    return `${this.receiver.origin}/oauth/token`;
  }

  get requests(): TokenRequest[] {
    return this.receiver.requests.map(toTokenRequest);
  }

  giveTokens(): void {
    this.receiver.answer((_request, response) => {
      const life = this.expiresIn === null ? {} : { expires_in: this.expiresIn };
      const answer = { access_token: `token-${++this.issued}`, token_type: 'Bearer', ...life };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

function toTokenRequest({ body, headers }: ReceivedRequest): TokenRequest {
  return {
    form: Object.fromEntries(new URLSearchParams(body.toString())),
    authorization: headers.authorization ?? null,
  };
}
