// Whether dist is built from the sources as they are, and building it. Node's own modules only.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole, hashConsole } from './console.mjs';
import { hashFiles } from './source-hash.mjs';
import { ROOT, run, say } from './setup-tools.mjs';

const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.sources');
const INPUTS = [
  'apps',
  'libs',
  'migrations',
  'test/bench',
  'test/chaos',
  'test/rig',
  'test/support',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

export function isDistCurrent() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashSources();
}

/** Compiles into a folder beside and swaps: sources that do not compile leave the last good build alone. */
export function buildDist() {
  say('Building dist');
  const hash = hashSources();
  const fresh = `${DIST}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules', 'typescript-native', 'bin', 'tsc');
  const args = [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', fresh];
  run(process.execPath, args, { cwd: ROOT, what: 'The build' });
  buildConsole(fresh, DIST);
  writeFileSync(join(fresh, '.sources'), hash);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(fresh, DIST);
}

function hashSources() {
  const isSource = (name) =>
    name.endsWith('.ts') && !name.startsWith('apps/console/') && !/\.(int-|e2e-)?spec\.ts$/.test(name);
  return `${hashFiles(INPUTS, isSource)} ${hashConsole()}`;
}
