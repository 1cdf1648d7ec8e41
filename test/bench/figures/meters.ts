import type { Servers } from '../servers/servers.js';
import { monotonicMs } from '../../rig/monotonic.js';
import { cpuMicros } from './cpu.js';
import { countCommands } from './queue-commands.js';
import { countStatements } from './sql.js';

/** Every counter of the platform at one moment. */
export interface Reading {
  atMs: number;
  cpuMicros: { api: number; worker: number; database: number; queue: number };
  sqlStatements: number;
  queueCommands: number;
}

/** What was used between two readings. */
export interface Usage {
  fromMs: number;
  toMs: number;
  cpuMicros: Reading['cpuMicros'];
  sqlStatements: number;
  queueCommands: number;
}

export async function readMeters({ postgres, redis, platform }: Servers): Promise<Reading> {
  const statements = await countStatements(postgres.statistics);
  return {
    atMs: monotonicMs(),
    cpuMicros: {
      api: cpuMicros(platform.apiPid),
      worker: cpuMicros(platform.workerPid),
      database: cpuMicros(postgres.pid),
      // A queue on PostgreSQL is part of what the database uses.
      queue: redis === null ? 0 : cpuMicros(redis.pid),
    },
    sqlStatements: statements.ours,
    queueCommands: redis === null ? statements.queue : await countCommands(redis),
  };
}

export function usageBetween(from: Reading, to: Reading): Usage {
  const cpu = (part: keyof Reading['cpuMicros']): number => to.cpuMicros[part] - from.cpuMicros[part];
  return {
    fromMs: from.atMs,
    toMs: to.atMs,
    cpuMicros: { api: cpu('api'), worker: cpu('worker'), database: cpu('database'), queue: cpu('queue') },
    sqlStatements: to.sqlStatements - from.sqlStatements,
    queueCommands: to.queueCommands - from.queueCommands,
  };
}
