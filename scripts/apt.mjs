// Gets a program of Debian or Ubuntu, where that can be done without asking. Node's own modules only.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath, OWN_PROGRAMS, run, say, SetupError } from './setup-tools.mjs';

/** Debian asks this program before it starts a freshly installed service; 101 means "do not". */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Root installs `packageName`; anybody else has it unpacked into a folder of this project, with what it needs and the
 * machine lacks, and `program` (its path in the package) made to start from there. Answers false where there is no apt
 * or it fails, having said why.
 */
export function getByApt(packageName, program) {
  if (!findOnPath('apt-get')) return false;
  try {
    if (process.getuid?.() === 0) install(packageName);
    else unpack(packageName, program);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    return false;
  }
}

function install(name) {
  say(`Installing ${name} (apt-get)`);
  withoutStartingServices(() => {
    aptGet(['-qq', 'update']);
    aptGet(['install', '-qq', '-y', '--no-install-recommends', name]);
  });
}

function withoutStartingServices(work) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

function unpack(name, program) {
  const root = join(OWN_PROGRAMS, '..', 'unpacked', name);
  const download = `${root}.download`;
  const archives = join(download, 'cache', 'archives');
  say(`Unpacking ${name} into ${root} (apt-get, without being root)`);
  rmSync(root, { recursive: true, force: true });
  for (const folder of [root, join(download, 'lists', 'partial'), join(archives, 'partial')])
    mkdirSync(folder, { recursive: true });
  const ours = [`Dir::State::Lists=${download}/lists`, `Dir::Cache=${download}/cache`, 'Debug::NoLocking=1'];
  const options = ours.flatMap((option) => ['-o', option]);
  try {
    aptGet([...options, '-qq', 'update']);
    aptGet([...options, 'install', '-qq', '-y', '--no-install-recommends', '--download-only', name]);
    for (const file of readdirSync(archives).filter((entry) => entry.endsWith('.deb')))
      run('dpkg-deb', ['--extract', join(archives, file), root], { what: `Unpacking ${file}` });
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
  writeStarter(root, program);
}

/** In place of the program: a script that starts it with the libraries and fonts that were unpacked with it. */
function writeStarter(root, program) {
  const libraries = ['lib', join('usr', 'lib')].flatMap((folder) => {
    const path = join(root, folder);
    const below = existsSync(path) ? readdirSync(path).filter((name) => name.includes('-linux-gnu')) : [];
    return [path, ...below.map((name) => join(path, name))];
  });
  mkdirSync(OWN_PROGRAMS, { recursive: true });
  const lines = [
    '#!/bin/sh',
    `export LD_LIBRARY_PATH='${libraries.join(':')}'`,
    `[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_SYSROOT='${root}'`,
    `exec '${join(root, program)}' "$@"`,
  ];
  writeFileSync(join(OWN_PROGRAMS, program.split('/').at(-1)), `${lines.join('\n')}\n`, { mode: 0o755 });
}

function aptGet(args) {
  run('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, what: `apt-get ${args.at(-1)}` });
}
