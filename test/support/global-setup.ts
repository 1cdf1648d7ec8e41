import type { TestProject } from 'vitest/node';
import { watchForStuckWorkers } from './stuck-workers.js';
import { startTestServers, type TestServers } from './test-servers.js';

declare module 'vitest' {
  /** What every spec file may ask for: `inject('databaseUrl')`. */
  interface ProvidedContext {
    /** A PostgreSQL in which databases may be made: its maintenance database, as a superuser. */
    databaseUrl: string;
    /** Name of the migrated database that test databases are copied from. Nobody may be connected to it. */
    templateDatabase: string;
    /** A Redis shared by all spec files; keep apart by prefix. */
    redisUrl: string;
  }
}

/** The servers of this run, shared by the projects `integration` and `e2e`, whose setups vitest runs one by one. */
interface Sharing {
  servers: Promise<TestServers>;
  stopWatching: () => void;
  users: number;
}

const slot = globalThis as { posthornTestServers?: Sharing | undefined };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const sharing = (slot.posthornTestServers ??= {
    servers: startTestServers(),
    stopWatching: watchForStuckWorkers(),
    users: 0,
  });
  sharing.users++;
  const servers = await sharing.servers;
  project.provide('databaseUrl', servers.databaseUrl);
  project.provide('templateDatabase', servers.templateDatabase);
  project.provide('redisUrl', servers.redisUrl);
  return async () => {
    if (--sharing.users > 0) return;
    slot.posthornTestServers = undefined;
    sharing.stopWatching();
    await servers.stop();
  };
}
