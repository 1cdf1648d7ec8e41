import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';

const REFRESH_MS = 5_000;

/**
 * The names of the event types that are described, for a warning when an event is of another: a mistyped type is
 * otherwise found only by its silence. Some seconds old at most, which a warning may be. Without any described type
 * there is no catalog to be missing from.
 */
@Injectable()
export class EventTypeCatalog implements OnModuleDestroy {
  private names: ReadonlySet<string> = new Set();
  private readAtMs = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly db: Database) {}

  isUnknown(type: string): boolean {
    if (performance.now() - this.readAtMs > REFRESH_MS || this.readAtMs === 0) this.refresh();
    return this.names.size > 0 && !this.names.has(type);
  }

  async onModuleDestroy(): Promise<void> {
    await this.reading;
  }

  private refresh(): void {
    this.readAtMs = performance.now();
    this.reading = this.db
      .query<{ name: string }>('SELECT name FROM event_types')
      .then((rows) => void (this.names = new Set(rows.map(({ name }) => name))))
      .catch(() => undefined);
  }
}
