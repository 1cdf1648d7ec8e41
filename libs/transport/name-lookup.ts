import { lookup, type LookupAddress } from 'node:dns';

export type LookupCallback = (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void;

/** Every address of a host name. */
export type LookupAll = (hostname: string, callback: LookupCallback) => void;

const answerKeptMs = 3_000;
const failureKeptMs = 1_000;
const maxNamesKept = 4_096;

interface Kept {
  error: NodeJS.ErrnoException | null;
  addresses: readonly LookupAddress[];
  keptUntilMs: number;
}

/**
 * Looks names up through the operating system (so /etc/hosts counts), one look-up per name at a time and kept for seconds
 * only. `dns.lookup` blocks one of libuv's four threads while it waits, so a burst of new connections to one host must not
 * become a burst of look-ups; a worker process is best started with UV_THREADPOOL_SIZE=16 or more, so that names
 * whose servers never answer do not hold up the others.
 */
export class NameLookup {
  readonly #resolve: LookupAll;
  readonly #kept = new Map<string, Kept>();
  readonly #waiting = new Map<string, LookupCallback[]>();

  constructor(resolve: LookupAll = lookupThroughSystem) {
    this.#resolve = resolve;
  }

  lookup(hostname: string, callback: LookupCallback): void {
    const kept = this.#kept.get(hostname);
    if (kept && kept.keptUntilMs > performance.now()) return callback(kept.error, kept.addresses);
    const waiting = this.#waiting.get(hostname);
    if (waiting) {
      waiting.push(callback);
      return;
    }
    this.#waiting.set(hostname, [callback]);
    this.#resolve(hostname, (error, addresses) => this.#answer(hostname, error, addresses ?? []));
  }

  #answer(hostname: string, error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]): void {
    if (this.#kept.size >= maxNamesKept) this.#kept.clear();
    const keptMs = error ? failureKeptMs : answerKeptMs;
    this.#kept.set(hostname, { error, addresses, keptUntilMs: performance.now() + keptMs });
    const waiting = this.#waiting.get(hostname) ?? [];
    this.#waiting.delete(hostname);
    for (const callback of waiting) callback(error, addresses);
  }
}

function lookupThroughSystem(hostname: string, callback: LookupCallback): void {
  lookup(hostname, { all: true }, callback);
}
