import type { Config } from '#config';
import type { Database } from '#database';
import { KeyRing } from '#kernel';
import { Resealer, SEALED_COLUMNS } from '#upkeep';
import { type Finding, ok, warn } from './finding.js';

/** How much is still sealed under keys that are not the first of the ring. */
export async function checkEncryption({ encryption }: Config, db: Database): Promise<Finding> {
  const resealer = new Resealer(db, new KeyRing(encryption.keys));
  let stale = 0;
  for (const column of SEALED_COLUMNS) stale += await resealer.countStale(column);
  if (stale === 0) return ok('encryption', `everything is sealed under "${encryption.keys[0]![0]}"`);
  const values = stale === 1 ? '1 value is sealed under another key' : `${stale} values are sealed under other keys`;
  return warn('encryption', `${values}; \`npx posthorn keys reencrypt\` seals anew what they hold`);
}
