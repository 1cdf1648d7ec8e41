import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, loadConfig, type VariableName } from '#config';

/**
 * The configuration of a command. Without DATABASE_URL a command speaks to the embedded database of this folder, if
 * there is one: it runs while `npm start` does.
 */
export function loadCliConfig(requires: readonly VariableName[] = ['DATABASE_URL']): Config {
  const config = loadConfig(undefined, { requires: [] });
  const url = config.database.url === '' ? embeddedUrl(config.embedded.dataDir) : null;
  return url === null
    ? loadConfig(undefined, { requires })
    : loadConfig(undefined, { requires: [], supplied: { DATABASE_URL: url } });
}

function embeddedUrl(dataDir: string): string | null {
  const files = ['postgres.password', 'postgres.port'].map((name) => join(resolve(dataDir), name));
  if (!files.every((file) => existsSync(file))) return null;
  const [password, port] = files.map((file) => readFileSync(file, 'utf8').trim());
  return `postgres://postgres:${password}@127.0.0.1:${port}/posthorn`;
}
