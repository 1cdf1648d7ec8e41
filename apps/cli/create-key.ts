import { COMMAND_LINE } from '#audit';
import { openDatabase } from '#database';
import { References } from '#insights';
import { toTypeId } from '#kernel';
import { ApiKeyStore, ROLES, type Role } from '#tenants';
import { loadCliConfig } from './cli-config.js';

export interface CreateOptions {
  role: string;
  name: string;
  tenant?: string;
  expiresInDays?: number;
  requestsPerSecond?: number;
}

const DAY_MS = 86_400_000;

export async function createKey({
  role,
  name,
  tenant,
  expiresInDays,
  requestsPerSecond,
}: CreateOptions): Promise<void> {
  if (!isRole(role)) throw new Error(`--role: Allowed choices are ${ROLES.join(', ')}.`);
  if ((role === 'tenant') !== (tenant !== undefined)) {
    throw new Error('--tenant goes with --role tenant, and only with it.');
  }
  const config = loadCliConfig();
  const database = await openDatabase({ url: config.database.url, poolSize: 2, applicationName: 'posthorn-cli' });
  try {
    const { db, clock } = database;
    const tenantId = tenant === undefined ? null : await new References(db).tenant(tenant);
    if (tenant !== undefined && tenantId === null) throw new Error(`There is no tenant "${tenant}".`);
    const expiresAt = expiresInDays === undefined ? null : new Date(clock.now() + expiresInDays * DAY_MS);
    const scope = { tenantId, tenantIds: null, eventTypes: null };
    const input = { name, role, ...scope, requestsPerSecond: requestsPerSecond ?? null, expiresAt };
    const { row, text } = await new ApiKeyStore(db, clock).create(COMMAND_LINE, input);
    // The key alone on standard output, so that a script can take it.
    console.error(`${toTypeId('key', row.id)}  ${role}  ${name}  (the key is shown once)`);
    console.log(text);
  } finally {
    await database.close();
  }
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
