#!/usr/bin/env node
// npx posthorn: the command line, as built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/apps/cli/main.js', import.meta.url);

if (existsSync(fileURLToPath(main))) {
  await import(main.href);
} else {
  process.stderr.write('posthorn: not built yet. Run "npm run build" in the project first.\n');
  process.exitCode = 1;
}
