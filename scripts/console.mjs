// Builds the console, and knows whether it is built from the sources as they are. Node's own modules only.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from './source-hash.mjs';
import { ROOT, run } from './setup-tools.mjs';

const INPUTS = ['apps/console', 'package-lock.json'];
const STAMP = '.console-sources';

/** Puts the console into the folder `fresh`: as it was built before into `last`, unless a source has changed. */
export function buildConsole(fresh, last) {
  const hash = hashConsole();
  const folder = join('apps', 'console');
  const stamp = join(last, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    cpSync(join(last, folder), join(fresh, folder), { recursive: true });
  } else {
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const config = join(ROOT, 'apps', 'console', 'vite.config.ts');
    const args = [
      vite,
      'build',
      '--config',
      config,
      '--outDir',
      join(fresh, folder),
      '--emptyOutDir',
      '--logLevel',
      'warn',
    ];
    run(process.execPath, args, { cwd: ROOT, what: 'The build of the console' });
  }
  writeFileSync(join(fresh, STAMP), hash);
}

export function hashConsole() {
  return hashFiles(INPUTS, (name) => /\.(tsx?|css|html|svg|json)$/.test(name) && !name.endsWith('.spec.ts'));
}
