import type { QueueKind } from '../options.js';
import type { SeededRandom } from '../seeded-random.js';
import type { Servers } from '../servers/servers.js';

/** What a fault has to work with. */
export interface Scene {
  servers: Servers;
  random: SeededRandom;
  /** Whether it should be over as soon as it can have done its harm. */
  isShort: boolean;
}

/** What may be seen while a fault goes on, and is a defect at any other time. */
export interface Allowance {
  /** A request that was answered 2xx comes again, with the same webhook-id: its answer was not on record yet. */
  mayRepeat: boolean;
  /** A request came of which there is no attempt on record. */
  mayGoUnrecorded: boolean;
  /** A publish gets no answer (`connection`), or that or a 503 (`unavailable`). */
  refusals: 'none' | 'connection' | 'unavailable';
  /** Nothing is accepted and nothing arrives. */
  maySilence: boolean;
}

export interface Fault {
  name: string;
  /** Where the queue is: on the others there is nothing to break. */
  queues: readonly QueueKind[];
  outlastsLease: boolean;
  allows: Allowance;
  /** Breaks something and mends it; resolves when all of it runs again, and says in words what it has done. */
  play(scene: Scene): Promise<string>;
}

export const NOTHING_UNUSUAL: Allowance = {
  mayRepeat: false,
  mayGoUnrecorded: false,
  refusals: 'none',
  maySilence: false,
};

export const ANY_QUEUE: readonly QueueKind[] = ['redis', 'postgres'];
