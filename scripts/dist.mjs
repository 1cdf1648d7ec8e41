// Whether dist is built from the sources as they are, and building it. Node's own modules only.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  writeFileSync(join(fresh, '.sources'), hash);
  rmSync(DIST, { recursive: true, force: true });
  renameSync(fresh, DIST);
}

/** By content, not by time: a checkout touches files without changing them. */
function hashSources() {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap((path) => [...filesIn(path)])) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function* filesIn(path) {
  if (!existsSync(join(ROOT, path))) return;
  const entries = path.includes('.') ? null : readdirSync(join(ROOT, path), { withFileTypes: true });
  if (entries === null) yield path;
  for (const entry of entries?.sort((a, b) => (a.name < b.name ? -1 : 1)) ?? []) {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(inner);
    else if (inner.endsWith('.ts') && !/\.(int-|e2e-)?spec\.ts$/.test(inner)) yield inner;
  }
}
