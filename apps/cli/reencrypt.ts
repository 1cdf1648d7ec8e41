import { openDatabase } from '#database';
import { KeyRing } from '#kernel';
import { Resealer, SEALED_COLUMNS } from '#upkeep';
import { loadCliConfig } from './cli-config.js';

/** Sets the exit code when something could not be opened: then the old key must stay. */
export async function reencrypt(): Promise<void> {
  const config = loadCliConfig(['DATABASE_URL', 'POSTHORN_ENCRYPTION_KEYS']);
  const database = await openDatabase({ url: config.database.url, poolSize: 2, applicationName: 'posthorn-cli' });
  try {
    const resealer = new Resealer(database.db, new KeyRing(config.encryption.keys));
    for (const sealed of SEALED_COLUMNS) {
      const { done, failed } = await resealer.reseal(sealed);
      const trouble = failed === 0 ? '' : `, ${failed} cannot be opened: their key is missing, or they are damaged`;
      console.log(`${sealed.table}.${sealed.column}: ${done} sealed anew${trouble}`);
      if (failed > 0) process.exitCode = 1;
    }
  } finally {
    await database.close();
  }
}
