import { type Config, ConfigError } from '#config';
import { Database } from '#database';
import { reasonOf } from '#kernel';
import { loadCliConfig } from '../cli-config.js';
import { pendingMigrations } from '../migrate.js';
import { checkDatabase } from './database-checks.js';
import { checkEncryption } from './encryption-checks.js';
import { checkEgress } from './egress-checks.js';
import { type Finding, fail, ok, toReport, warn } from './finding.js';
import { checkQueue } from './queue-checks.js';

/** Looks everything over, prints the report, and sets the exit code when something fails. */
export async function runDoctor(): Promise<void> {
  const findings = await examine();
  console.log(toReport(findings));
  if (findings.some(({ level }) => level === 'fail')) process.exitCode = 1;
}

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadCliConfig(['DATABASE_URL', 'POSTHORN_ENCRYPTION_KEYS']);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, reason }) => fail('configuration', `${variable} ${reason}.`));
  }
  return [
    ...checkConfiguration(config),
    ...(await examineDatabase(config)),
    await checkQueue(config),
    ...(await checkEgress(config)),
  ];
}

function checkConfiguration({ unknownVariables }: Config): Finding[] {
  if (unknownVariables.length === 0) return [ok('configuration', 'complete, no wrong values')];
  return unknownVariables.map((name) => warn('configuration', `${name} is no variable of Posthorn`));
}

async function examineDatabase(config: Config): Promise<Finding[]> {
  let db: Database;
  try {
    db = await Database.connect({ url: config.database.url, poolSize: 1, applicationName: 'posthorn-doctor' });
  } catch (error) {
    return [fail('database', `cannot be reached (${reasonOf(error)}): see DATABASE_URL.`)];
  }
  try {
    const { database, queue } = await pendingMigrations(config);
    const migrations =
      database || queue
        ? fail('migrations', 'are missing: run `npx posthorn migrate up`.')
        : ok('migrations', 'all there');
    if (database) return [migrations, ...(await checkDatabase(db))];
    return [migrations, ...(await checkDatabase(db)), await checkEncryption(config, db)];
  } finally {
    await db.close();
  }
}
