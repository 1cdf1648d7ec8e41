import type { OAuth2Client } from '#endpoints';
import type { AttemptErrorCode, Sender, SendResult } from '#transport';
import { type AccessToken, readToken, toTokenRequest } from './token-request.js';

/** A token, or why there is none. */
export type TokenAnswer =
  | { readonly kind: 'token'; readonly value: string; readonly isFresh: boolean }
  | { readonly kind: 'none'; readonly errorCode: AttemptErrorCode; readonly error: string };

interface KeptToken {
  readonly value: string;
  readonly keptUntilMs: number;
}

/** Tokens are a few kilobytes at most, mostly one. */
const CAPACITY = 5_000;

const TOO_LATE: TokenAnswer = noToken('auth', 'the token endpoint did not answer in time');

/**
 * The access tokens of this process, one for each endpoint and state of its `auth`. Whoever needs one while it is being
 * fetched waits for that fetch. Failures are not kept: circuits see to it that an endpoint without a token is left in peace.
 */
export class AccessTokens {
  readonly #kept = new Map<string, KeptToken>();
  readonly #fetches = new Map<string, Promise<TokenAnswer>>();

  constructor(
    private readonly sender: Sender,
    private readonly userAgent: string,
  ) {}

  /** The token at hand, or a new one within `timeoutMs`. `isFresh`: it was not at hand. */
  get(client: OAuth2Client, timeoutMs: number): Promise<TokenAnswer> {
    const kept = this.#kept.get(client.key);
    if (kept && kept.keptUntilMs > performance.now()) {
      return Promise.resolve({ kind: 'token', value: kept.value, isFresh: false });
    }
    const running = this.#fetches.get(client.key);
    // Who has begun it may have more time left.
    if (running) return orTooLate(running, timeoutMs);
    const fetch = this.#fetch(client, timeoutMs).finally(() => this.#fetches.delete(client.key));
    this.#fetches.set(client.key, fetch);
    return fetch;
  }

  /** The endpoint would not have this token: it is not used again. */
  drop(client: OAuth2Client, value: string): void {
    // Of many requests that were refused with one token, the first has a new one fetched already.
    if (this.#kept.get(client.key)?.value === value) this.#kept.delete(client.key);
  }

  async #fetch(client: OAuth2Client, timeoutMs: number): Promise<TokenAnswer> {
    const result = await this.sender.send(toTokenRequest(client, this.userAgent, timeoutMs));
    const token = readToken(result);
    if (typeof token === 'string') return noToken(errorCodeOf(result), token);
    this.#keep(client.key, token);
    return { kind: 'token', value: token.value, isFresh: true };
  }

  #keep(key: string, { value, keptMs }: AccessToken): void {
    this.#kept.delete(key);
    if (this.#kept.size >= CAPACITY) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(key, { value, keptUntilMs: performance.now() + keptMs });
  }
}

function noToken(errorCode: AttemptErrorCode, reason: string): TokenAnswer {
  return { kind: 'none', errorCode, error: `No access token: ${reason.replace(/\.$/, '')}.` };
}

/** The guard's refusal, and trouble with our own proxy, keep their names: neither is the token endpoint's fault. */
function errorCodeOf({ errorCode }: SendResult): AttemptErrorCode {
  return errorCode === 'blocked_address' || errorCode === 'proxy' ? errorCode : 'auth';
}

async function orTooLate(fetch: Promise<TokenAnswer>, timeoutMs: number): Promise<TokenAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<TokenAnswer>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, TOO_LATE);
  });
  try {
    return await Promise.race([fetch, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
