import { Database } from '#database';
import type { Line } from './line.js';
import { OpenDeliveryStore } from './open-delivery.store.js';
import { PumpWaker } from './pump-waker.js';

/** Lines in memory that wait for their statement. Those beyond are found by upkeep. */
const MAX_WAITING = 20_000;

/** Lines that one statement advances. */
const AT_ONCE = 500;

/**
 * Lets lines go on after a commit that put something in or took something out: whoever commits last sees both. Nobody
 * waits for it, and what is lost with a process is found by upkeep. What was asked for while a statement is under way
 * shares the next.
 */
export class LineAdvancer {
  private waiting = new Map<string, Line>();
  private running: Promise<void> | null = null;
  private readonly store: OpenDeliveryStore;
  private readonly pumps: PumpWaker;

  constructor(db: Database) {
    this.store = new OpenDeliveryStore(db);
    this.pumps = new PumpWaker(db);
  }

  advance(lines: readonly Line[]): void {
    for (const line of lines) {
      if (this.waiting.size < MAX_WAITING) this.waiting.set(`${line.endpointId} ${line.orderKey}`, line);
    }
    if (this.waiting.size > 0) this.running ??= this.run();
  }

  /** Resolves when all that was asked for is done. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const lines = [...this.waiting.values()];
      this.waiting = new Map();
      for (let at = 0; at < lines.length; at += AT_ONCE) {
        const advanced = await this.store.advance(lines.slice(at, at + AT_ONCE)).catch(() => 0);
        if (advanced > 0) this.pumps.wake();
      }
    }
    this.running = null;
  }
}
