import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { processIdentity } from './process-identity.js';

/** Says that a data folder has an owner. Held until released or until the process is gone, however it went. */
export interface OwnerLock {
  release(): void;
}

const MOST_ROUNDS = 20;

/**
 * Takes the lock kept in `file`, also from a holder that died without releasing it.
 *
 * @throws EmbeddedPostgresError while a living process holds it, this one included.
 */
export function takeOwnerLock(file: string): OwnerLock {
  const claim = `${process.pid} ${processIdentity(process.pid)}\n`;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (placeClaim(file, claim)) return { release: () => removeClaim(file, claim) };
    const standing = readClaim(file);
    if (standing === null) continue;
    const holder = livingHolder(standing);
    if (holder !== null) {
      throw new EmbeddedPostgresError(
        `The data folder is in use by process ${holder} (lock file ${file}). Stop that process first, or give this one ` +
          'a folder of its own with POSTHORN_DATA_DIR.',
      );
    }
    removeClaim(file, standing);
  }
  throw new EmbeddedPostgresError(`The lock file ${file} changes hands all the time; are several processes starting?`);
}

/** Puts the claim in place whole or not at all: a link, unlike a new file, never shows half its content. */
function placeClaim(file: string, claim: string): boolean {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, claim, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readClaim(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function livingHolder(claim: string): number | null {
  const [pid, identity] = claim.trim().split(' ');
  return pid !== undefined && processIdentity(Number(pid)) === identity ? Number(pid) : null;
}

/** Removes this very claim. One that somebody else has put there since we looked is put back. */
function removeClaim(file: string, claim: string): void {
  const aside = `${file}.${process.pid}.aside`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readClaim(aside) !== claim) linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}
