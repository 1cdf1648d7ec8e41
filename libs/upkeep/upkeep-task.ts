import type { Progress } from '#deliveries';

/** Something that is done now and then, in bounded parts: the lease has to be renewed between them. */
export interface UpkeepTask {
  readonly name: string;
  readonly everyMs: number;
  /** Answers how much was done; what `hasMore` goes on with the next tick. */
  readonly run: () => Promise<number | Progress>;
  /** Another process does it from now on. */
  readonly leave?: () => void;
}

/** Runs parts until there is no more to do, or `atMost` of them are done. */
export async function inParts(atMost: number, part: () => Promise<Progress>): Promise<Progress> {
  let done = 0;
  for (let parts = 1; ; parts++) {
    const progress = await part();
    done += progress.done;
    if (!progress.hasMore || parts >= atMost) return { done, hasMore: progress.hasMore };
  }
}
