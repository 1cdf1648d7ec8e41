import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, loadConfig, type VariableName } from '#config';
import { embeddedDatabaseUrl } from '#database';

/**
 * The configuration of a command. Without DATABASE_URL a command speaks to the embedded database of this folder, if
 * there is one: it runs while `npm start` does, and its encryption keys lie beside it.
 */
export function loadCliConfig(requires: readonly VariableName[] = ['DATABASE_URL']): Config {
  const config = loadConfig(undefined, { requires: [] });
  const { dataDir } = config.embedded;
  const url = config.database.url === '' ? embeddedDatabaseUrl(join(resolve(dataDir), 'postgres')) : null;
  if (url === null) return loadConfig(undefined, { requires });
  const keys = config.encryption.keys.length === 0 ? embeddedKeys(dataDir) : {};
  return loadConfig(undefined, { requires, supplied: { DATABASE_URL: url, ...keys } });
}

function embeddedKeys(dataDir: string): { POSTHORN_ENCRYPTION_KEYS?: string } {
  const file = join(resolve(dataDir), 'encryption-keys');
  return existsSync(file) ? { POSTHORN_ENCRYPTION_KEYS: readFileSync(file, 'utf8').trim() } : {};
}
