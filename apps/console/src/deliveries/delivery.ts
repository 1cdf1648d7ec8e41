/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly tenant: string;
  readonly endpoint: string;
  readonly subscription: string | null;
  readonly type: string;
  readonly status: 'pending' | 'held' | 'succeeded' | 'dead' | 'cancelled';
  readonly waitingFor: 'queue' | 'sending' | 'retry' | 'rate_limit' | 'circuit' | 'order' | 'schedule' | null;
  readonly attemptCount: number;
  readonly nextAttemptAt: string | null;
  readonly replayOf: string | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  readonly cancelReason: string | null;
  readonly createdAt: string;
  readonly completedAt: string | null;
}

export const STATUSES = ['pending', 'held', 'succeeded', 'dead', 'cancelled'] as const;
export const WAITING_FOR = ['queue', 'sending', 'retry', 'rate_limit', 'circuit', 'order', 'schedule'] as const;
export const ERROR_CODES = [
  'status',
  'timeout',
  'dns',
  'connect',
  'tls',
  'reset',
  'blocked_address',
  'protocol',
  'body_too_large',
  'transform',
  'auth',
  'proxy',
] as const;

/** One HTTP request. */
export interface Attempt {
  readonly id: string;
  readonly delivery: string;
  readonly number: number;
  readonly trigger: 'schedule' | 'replay' | 'test';
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: 'succeeded' | 'failed';
  readonly statusCode: number | null;
  readonly errorCode: (typeof ERROR_CODES)[number] | null;
  readonly error: string | null;
  readonly remoteAddress: string | null;
  readonly timings: Timings;
  readonly request: {
    readonly method: string;
    readonly url: string | null;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | null;
  };
  readonly response: {
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string | null;
    readonly truncated: boolean;
  };
}

export interface Timings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
}
