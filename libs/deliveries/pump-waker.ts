import type { Executor } from '#database';
import { DUE_CHANNEL } from './due-channel.js';

/**
 * Tells sleeping pumps that something is due. Never in the transaction that made it due: PostgreSQL lets transactions
 * that notify commit one at a time, each with its wait for the disk. One notification is under way at most, and what
 * falls due meanwhile shares the next. Nobody waits for it, and nothing is lost with one: pumps look by themselves.
 */
export class PumpWaker {
  private isTelling = false;
  private isAskedAgain = false;

  constructor(private readonly db: Executor) {}

  wake(): void {
    if (this.isTelling) this.isAskedAgain = true;
    else void this.tell();
  }

  private async tell(): Promise<void> {
    this.isTelling = true;
    do {
      this.isAskedAgain = false;
      await this.db.query(`SELECT pg_notify($1, '')`, [DUE_CHANNEL]).catch(() => undefined);
    } while (this.isAskedAgain);
    this.isTelling = false;
  }
}
