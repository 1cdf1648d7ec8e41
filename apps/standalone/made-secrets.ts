import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A new admin key, shown once. */
export function makeAdminKey(): string {
  return `phk_admin_${randomBytes(32).toString('base64url')}`;
}

/**
 * The encryption keys of an embedded installation, made on its first start and kept beside its data, readable by its
 * owner alone: whoever has the data folder has both, which is as safe as one machine for everything can be.
 */
export function keptEncryptionKeys(dataDir: string): string {
  const file = join(dataDir, 'encryption-keys');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  writeFileSync(file, `${keys}\n`, { mode: 0o600, flag: 'wx' });
  return keys;
}
