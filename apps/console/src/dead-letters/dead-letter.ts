export const REASONS = ['exhausted', 'gone', 'blocked', 'expired'] as const;
export type Reason = (typeof REASONS)[number];

export interface DeadLetter {
  readonly id: string;
  readonly delivery: string;
  readonly event: string;
  readonly endpoint: string;
  readonly tenant: string;
  readonly type: string;
  readonly reason: Reason;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  readonly resolution: 'replayed' | 'discarded' | null;
  readonly note: string | null;
}

/** Open dead letters of one endpoint, for one reason. */
export interface DeadLetterGroup {
  readonly tenant: string;
  readonly endpoint: string;
  readonly reason: Reason;
  readonly count: number;
  readonly countExact: boolean;
  readonly oldestAt: string;
  readonly newestAt: string;
  readonly types: readonly string[];
  readonly sample: {
    readonly delivery: string;
    readonly lastStatusCode: number | null;
    readonly lastErrorCode: string | null;
    readonly error: string | null;
  };
}

export const REASON_WORDS: Readonly<Record<Reason, string>> = {
  exhausted: 'all attempts failed',
  gone: 'the endpoint answered 410: gone',
  blocked: 'its address is not allowed',
  expired: 'it came too late',
};

/** `1 dead letter`, `7 dead letters`, `10000 or more dead letters`. */
export function countWords(count: number, isExact = true): string {
  return `${count}${isExact ? '' : ' or more'} dead letter${count === 1 ? '' : 's'}`;
}
