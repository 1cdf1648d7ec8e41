/** What is to be delivered again. */
export interface ReplaySelection {
  readonly select: 'failed' | 'missing' | 'all';
  readonly ids?: readonly string[];
  readonly tenant?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Deliveries that are made again in bulk, and how far that has come. */
export interface Replay {
  readonly id: string;
  readonly select: ReplaySelection['select'];
  readonly tenant: string | null;
  readonly endpoint: string | null;
  readonly status: string | null;
  readonly type: string | null;
  readonly reason: string | null;
  readonly since: string | null;
  readonly until: string;
  readonly idCount: number | null;
  readonly matched: number;
  readonly matchedExact: boolean;
  readonly state: 'running' | 'finished' | 'cancelled' | 'failed';
  readonly error: string | null;
  readonly replayed: number;
  readonly skipped: number;
  readonly skippedBecause: Readonly<Record<string, number>>;
  readonly pending: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly ratePerSecond: number;
  readonly note: string | null;
  readonly requestedBy: string;
  readonly actor: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

export const replayLink = ({ id }: { id: string }): string => `/replays/${id}`;

/** What it is about, in words. */
export function selectionWords({ select, idCount, type, reason, status }: Replay): string {
  const what = { failed: 'what failed', missing: 'what was never delivered', all: 'all' }[select];
  const parts = [idCount === null ? what : `${idCount} chosen`, type, reason, status].filter(
    (part) => part !== null && part !== undefined,
  );
  return parts.join(' · ');
}
