import { Injectable } from '@nestjs/common';
import { Database, hasPendingMigrations } from '#database';

export interface ReadinessReport {
  status: 'ready' | 'unavailable';
  /** What does not work as it should, while the API itself does. */
  degraded: string[];
  /** Why the API is not ready, in words. */
  reasons: string[];
}

/** Whether the API can do its work: database and migrations. The queue's trouble is only told. */
@Injectable()
export class Readiness {
  private stopping = false;
  private migrated = false;
  private readonly probes = new Map<string, () => boolean>();

  constructor(private readonly db: Database) {}

  /** From now on not ready, so that no new requests are sent here while the last ones are finished. */
  stop(): void {
    this.stopping = true;
  }

  /** Something the API can do without; `isWell` answers at once. */
  watch(name: string, isWell: () => boolean): void {
    this.probes.set(name, isWell);
  }

  async report(): Promise<ReadinessReport> {
    const reasons = this.stopping ? ['the process is stopping'] : await this.databaseTrouble();
    const degraded = [...this.probes].filter(([, isWell]) => !isWell()).map(([name]) => name);
    return { status: reasons.length === 0 ? 'ready' : 'unavailable', degraded, reasons };
  }

  private async databaseTrouble(): Promise<string[]> {
    try {
      await this.db.query('SELECT 1');
      // The schema does not go back under a running process, so one look that found it complete is enough.
      this.migrated ||= !(await hasPendingMigrations(this.db));
    } catch {
      return ['the database cannot be reached'];
    }
    return this.migrated ? [] : ['migrations are missing: run `npx posthorn migrate up`'];
  }
}
