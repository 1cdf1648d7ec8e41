import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { type RunAs, runTool } from './postgres-tools.js';

const ACCOUNT = 'postgres';
/** capabilities(7): lets a process enter and read folders whatever their mode. Bit 2 of a capability set. */
const SEARCH_CAPABILITY = { name: 'dac_read_search', bit: 2n };

/** As whom the server runs, and whom its data folder belongs to: null means ourselves. */
export interface ServerAccount {
  owner: { uid: number; gid: number } | null;
  runAs: RunAs;
}

/**
 * As whom the embedded server runs. An ordinary user runs it directly. PostgreSQL refuses to run as root, so root runs
 * it as the owner of the data folder, or, while there is none, as the system user `postgres`, made if it is missing.
 *
 * That user may not be able to enter the folders above (a checkout under /root, or one made by mktemp). Then the server
 * gets the one capability that lets it pass, and only if that cannot be had it is an error.
 *
 * @param dataDir the data folder; it need not exist yet, but the folder above must.
 * @param pgCtl the path of the program that is going to be run.
 */
export async function chooseServerAccount(dataDir: string, pgCtl: string): Promise<ServerAccount> {
  if (process.getuid?.() !== 0) return { owner: null, runAs: { prefix: [] } };
  const places = [pgCtl, dirname(dataDir)] as const;
  const owner = ownerOf(dataDir) ?? (await systemAccount());
  const { uid, gid } = owner;
  const plain: RunAs = { uid, gid, prefix: [] };
  if (await reaches(plain, places)) return { owner, runAs: plain };

  const capability = `+${SEARCH_CAPABILITY.name}`;
  const privileged: RunAs = {
    prefix: [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
      // Or access(2), which PostgreSQL asks about its own programs, would leave the capability out of account.
      '--securebits=+no_setuid_fixup',
      '--',
    ],
  };
  if (hasSearchCapability() && (await reaches(privileged, places))) return { owner, runAs: privileged };
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, so it runs as the user with id ${uid}, who cannot enter ` +
      `${closedFolder(places, uid, gid)}. Let others pass through it (chmod o+x), move the project or ` +
      'POSTHORN_DATA_DIR to another folder, run this as an ordinary user, or set DATABASE_URL.',
  );
}

function ownerOf(dataDir: string): { uid: number; gid: number } | null {
  const stats = statSync(dataDir, { throwIfNoEntry: false });
  return stats === undefined || stats.uid === 0 ? null : { uid: stats.uid, gid: stats.gid };
}

async function systemAccount(): Promise<{ uid: number; gid: number }> {
  const known = await lookUp(ACCOUNT);
  if (known !== null) return known;
  const made = await runTool({ prefix: [] }, 'useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir=/nonexistent',
    '--shell=/usr/sbin/nologin',
    ACCOUNT,
  ]).catch((error: unknown) => ({ output: String(error) }));
  const account = await lookUp(ACCOUNT);
  if (account !== null) return account;
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and there is no user "${ACCOUNT}" to run it as; making one failed: ` +
      `${made.output}. Make that user, run this as an ordinary user, or set DATABASE_URL.`,
  );
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | null> {
  const [uid, gid] = await Promise.all([
    runTool({ prefix: [] }, 'id', ['-u', name]),
    runTool({ prefix: [] }, 'id', ['-g', name]),
  ]);
  return uid.exitCode === 0 && gid.exitCode === 0 ? { uid: Number(uid.output), gid: Number(gid.output) } : null;
}

/** Tries it out: modes alone do not tell, there are access lists and mounts too. */
async function reaches(as: RunAs, [program, folder]: readonly [string, string]): Promise<boolean> {
  return runTool(as, '/bin/sh', ['-c', '"$1" --version && cd "$2"', 'sh', program, folder]).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}

function hasSearchCapability(): boolean {
  if (process.platform !== 'linux') return false;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> SEARCH_CAPABILITY.bit) & 1n) === 1n;
}

/** The first folder on the way to one of the places that this user may not pass; for the message only. */
function closedFolder(places: readonly string[], uid: number, gid: number): string {
  for (const place of places) {
    for (const folder of ancestors(place)) {
      const { mode, uid: owner, gid: group } = statSync(folder);
      const passBit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
      if ((mode & passBit) === 0) return `${folder} (mode ${(mode & 0o777).toString(8)})`;
    }
  }
  return places.join(' or ');
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}
