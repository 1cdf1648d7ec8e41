import { Command, InvalidArgumentError, Option } from 'commander';
import { openDatabase } from '#database';
import { References } from '#insights';
import { toTypeId } from '#kernel';
import { ApiKeyStore, ROLES, type Role } from '#tenants';
import { loadCliConfig } from './cli-config.js';

interface CreateOptions {
  role: Role;
  name: string;
  tenant?: string;
  expiresInDays?: number;
}

const DAY_MS = 86_400_000;

export function keysCommand(): Command {
  const command = new Command('keys').description('API keys');
  command
    .command('create')
    .description('make an API key and print it, for the only time')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .requiredOption('--name <name>', 'what it is for')
    .option('--tenant <tenant>', 'whose it is, id or uid; for the role "tenant"')
    .option('--expires-in-days <days>', 'when it ends; never unless given', parseDays)
    .action(createKey);
  return command;
}

async function createKey({ role, name, tenant, expiresInDays }: CreateOptions): Promise<void> {
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
    const input = { name, role, tenantId, tenantIds: null, eventTypes: null, expiresAt };
    const { row, text } = await new ApiKeyStore(db, clock).create(input);
    // The key alone on standard output, so that a script can take it.
    console.error(`${toTypeId('key', row.id)}  ${role}  ${name}  (the key is shown once)`);
    console.log(text);
  } finally {
    await database.close();
  }
}

function parseDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a whole number of days.');
  return Number(text);
}
