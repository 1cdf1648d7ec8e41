import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';

/** How long what was read is believed. */
const REFRESH_MS = 1_000;

/**
 * The names of the event types that are described, for a warning when an event is of another: a mistyped type is
 * otherwise found only by its silence. A change made in this process counts at once, one made in another within some
 * two seconds. Without any described type there is no catalog to be missing from.
 */
@Injectable()
export class EventTypeCatalog implements OnModuleDestroy {
  private names: ReadonlySet<string> = new Set();
  /** When the last read began; null: before the first, and after a change. */
  private readAtMs: number | null = null;
  private reading: Promise<void> = Promise.resolve();
  /** Whether the names are older than a change that was made here. */
  private isOutdated = true;

  constructor(private readonly db: Database) {}

  /** To be awaited before {@link isUnknown}. Waits only when the names are known to be outdated. */
  async refresh(): Promise<void> {
    if (this.readAtMs === null || performance.now() - this.readAtMs > REFRESH_MS) {
      this.readAtMs = performance.now();
      this.reading = this.read(this.readAtMs);
    }
    if (this.isOutdated) await this.reading;
  }

  isUnknown(type: string): boolean {
    return this.names.size > 0 && !this.names.has(type);
  }

  /** The catalog was changed in this process. */
  forget(): void {
    this.readAtMs = null;
    this.isOutdated = true;
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading;
  }

  /** A read that began before a change says nothing any more. One that fails costs a warning, not the event. */
  private async read(beganAtMs: number): Promise<void> {
    const rows = await this.db.query<{ name: string }>('SELECT name FROM event_types').catch(() => null);
    if (this.readAtMs !== beganAtMs) return;
    if (rows !== null) this.names = new Set(rows.map(({ name }) => name));
    this.isOutdated = false;
  }
}
