// All set-up that `npm start`, `npm test` and the others need, done only where it is needed.
//   --build     dist, when the sources are newer
//   --redis     a redis-server for the tests
//   --chromium  a browser for the tests
// Runs before anything is installed, so it uses Node's own modules only.
import { ensureChromium } from './chromium.mjs';
import { areDependenciesCurrent, installDependencies, linkPostgresLibraries } from './dependencies.mjs';
import { buildDist, isDistCurrent } from './dist.mjs';
import { ensureRedis } from './redis.mjs';
import { ROOT, runScript, SetupError, withLock } from './setup-tools.mjs';

await runScript(() => {
  const wants = (flag) => process.argv.includes(flag);
  assertNode();
  if (!areDependenciesCurrent(ROOT)) withLock(() => areDependenciesCurrent(ROOT) || installDependencies(ROOT));
  linkPostgresLibraries(ROOT);
  if (wants('--redis')) ensureRedis();
  if (wants('--chromium')) ensureChromium();
  if (wants('--build') && !isDistCurrent()) withLock(() => isDistCurrent() || buildDist());
});

/** The oldest of each line that can `require` an ES module, which the framework does. */
function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new SetupError(
    `Posthorn needs Node.js 20.19 or newer (22.12 in the 22 line); this is ${process.versions.node}.`,
  );
}
