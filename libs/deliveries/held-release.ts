import type { Executor } from '#database';
import { DUE_CHANNEL } from './due-channel.js';
import type { OpenDeliveryStore } from './open-delivery.store.js';

/** How long what was released has to go out, before more is; longer and longer while nothing does. */
const PAUSE_MS = 250;
/** Then it is left to upkeep, which looks every few seconds. */
const LONGEST_PAUSE_MS = 4_000;

/**
 * Lets go what was held, batch by batch, as fast as it goes out. The first batch is waited for; the rest follows by
 * itself. What it leaves behind, when its process ends or an endpoint takes nothing for a while, upkeep comes upon.
 */
export class HeldRelease {
  private timer: NodeJS.Timeout | null = null;
  private releasing: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  private pauseMs = PAUSE_MS;

  constructor(
    private readonly db: Executor,
    private readonly open: OpenDeliveryStore,
  ) {}

  /** Releases a batch, of whatever is held without reason, and sees to the rest. Answers how many rows that were. */
  async begin(): Promise<number> {
    const released = await this.release();
    if (released > 0) this.continueIn(PAUSE_MS);
    return released;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.releasing;
  }

  private continueIn(pauseMs: number): void {
    if (this.isStopped || pauseMs > LONGEST_PAUSE_MS) return;
    this.pauseMs = pauseMs;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.releasing = this.proceed().catch(() => undefined);
    }, pauseMs);
  }

  private async proceed(): Promise<void> {
    const released = await this.release();
    this.continueIn(released > 0 ? PAUSE_MS : 2 * this.pauseMs);
  }

  private async release(): Promise<number> {
    const released = await this.open.releaseHeld();
    if (released > 0) await this.db.query(`SELECT pg_notify($1, '')`, [DUE_CHANNEL]);
    return released;
  }
}
