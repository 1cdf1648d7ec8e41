import { type OAuth2Client, toRepeatable } from '#endpoints';
import type { OutboundRequest, Sender, SendResult } from '#transport';
import { AccessTokens, type TokenAnswer } from './access-tokens.js';
import { maskRepeated } from './repeated-secrets.js';

const UNAUTHORIZED = 401;

/**
 * Sends requests, with an access token where the endpoint wants one. The request's time-out holds for all of it: the token,
 * the request, and both once more when the endpoint refuses a token that was at hand (401): tokens are revoked before
 * their time, and the receiver has done nothing with what it refused.
 */
export class AuthenticatedSender {
  readonly #tokens: AccessTokens;

  constructor(
    private readonly sender: Sender,
    userAgent: string,
  ) {
    this.#tokens = new AccessTokens(sender, userAgent);
  }

  /** Never rejects, as `Sender.send`. */
  send(request: OutboundRequest, client: OAuth2Client | null): Promise<SendResult> {
    return client === null ? this.sender.send(request) : this.#sendWithToken(request, client);
  }

  async #sendWithToken(request: OutboundRequest, client: OAuth2Client): Promise<SendResult> {
    const startedAtMs = Date.now();
    const started = performance.now();
    const tookMs = (): number => performance.now() - started;
    let mayRefresh = true;
    for (;;) {
      const token = await this.#tokens.get(client, leftOf(request, tookMs()));
      if (token.kind === 'none') return unsent(token, startedAtMs, tookMs());
      const result = await this.sender.send(withToken(request, token.value, leftOf(request, tookMs())));
      if (result.statusCode === UNAUTHORIZED) {
        this.#tokens.drop(client, token.value);
        const isWorthAnother = mayRefresh && !token.isFresh && tookMs() < request.timeoutMs;
        mayRefresh = false;
        if (isWorthAnother) continue;
      }
      const masked = maskRepeated(result, toRepeatable([token.value]));
      return { ...masked, startedAtMs, durationMs: tookMs() };
    }
  }
}

function leftOf({ timeoutMs }: OutboundRequest, tookMs: number): number {
  return Math.max(1, timeoutMs - tookMs);
}

function withToken(request: OutboundRequest, token: string, timeoutMs: number): OutboundRequest {
  return { ...request, headers: [...request.headers, 'authorization', `Bearer ${token}`], timeoutMs };
}

/** The attempt as it ended before there was a request. */
function unsent(
  { errorCode, error }: Extract<TokenAnswer, { kind: 'none' }>,
  startedAtMs: number,
  durationMs: number,
): SendResult {
  return {
    statusCode: null,
    errorCode,
    error,
    remoteAddress: null,
    startedAtMs,
    durationMs,
    timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
    responseHeaders: null,
    responseBody: null,
    truncated: false,
    retryAfter: null,
    resent: false,
  };
}
