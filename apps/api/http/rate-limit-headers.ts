/** How a limit of so many a second stands. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** The headers by which clients pace themselves (IETF draft-ietf-httpapi-ratelimit-headers, version 03: whole seconds). */
export function rateLimitHeaders({ limit, remaining, resetMs }: Standing): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.max(1, Math.ceil(resetMs / 1_000))),
    'ratelimit-policy': `${limit};w=1`,
  };
}
