// npm run check: format, lint, types, import rules and unit tests, two at a time. Prints a line for each; the output of
// those that fail follows. Each is a script of package.json, run without npm's own start-up.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT, say } from './setup-tools.mjs';

/** The slow ones first, so that the last to end is a short one. */
const CHECKS = ['lint', 'typecheck', 'unit', 'rooms', 'formatted'];
const AT_ONCE = 2;
const MOST_OUTPUT_CHARACTERS = 20_000;

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const env = { ...process.env, PATH: [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
const waiting = [...CHECKS];
const failed = [];

await Promise.all(Array.from({ length: AT_ONCE }, workThroughChecks));
for (const { name, output } of failed) process.stdout.write(`\n----- ${name} -----\n${output.trim()}\n`);
if (failed.length > 0) say(`${failed.length} of ${CHECKS.length} failed: ${failed.map(({ name }) => name).join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function workThroughChecks() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const started = performance.now();
    const { passed, output } = await runCheck(name);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)} ${seconds.padStart(5)} s\n`);
    if (!passed) failed.push({ name, output });
  }
}

function runCheck(name) {
  return new Promise((resolve) => {
    const child = spawn(scripts[name], { cwd: ROOT, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ passed: false, output: String(error) }));
    child.once('close', (code) => resolve({ passed: code === 0, output: output.slice(-MOST_OUTPUT_CHARACTERS) }));
  });
}
