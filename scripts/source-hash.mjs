// What a build is made of, as one hash. Node's own modules only.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup-tools.mjs';

/** Of files, and of what is below folders and counts; by content, not by time: a checkout touches files without changing them. */
export function hashFiles(paths, counts) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => [...filesIn(path, counts)])) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function* filesIn(path, counts) {
  if (!existsSync(join(ROOT, path))) return;
  const entries = path.includes('.') ? null : readdirSync(join(ROOT, path), { withFileTypes: true });
  if (entries === null) yield path;
  for (const entry of entries?.sort((a, b) => (a.name < b.name ? -1 : 1)) ?? []) {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(inner, counts);
    else if (counts(inner)) yield inner;
  }
}
