// npm run build: compiles the sources into dist, afresh.
import { buildDist } from './dist.mjs';
import { runScript, withLock } from './setup-tools.mjs';

await runScript(() => withLock(buildDist));
