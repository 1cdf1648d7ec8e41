import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listStatements } from '../figures/sql.js';
import type { BenchOptions } from '../options.js';
import type { Servers } from '../servers/servers.js';

/** Writes what the database spent its time on beside the CPU profiles, which the processes write when they stop. */
export async function writeStatements({ profile }: BenchOptions, { postgres }: Servers): Promise<void> {
  if (profile === null) return;
  mkdirSync(profile, { recursive: true });
  const statements = await listStatements(postgres.statistics);
  writeFileSync(join(profile, 'statements.json'), `${JSON.stringify(statements, null, 2)}\n`);
}
