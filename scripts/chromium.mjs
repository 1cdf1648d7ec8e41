// Makes sure that the tests of the console find a browser. Node's own modules only.
import { getByApt } from './apt.mjs';
import { findOnPath, SetupError } from './setup-tools.mjs';

/** Ubuntu's package of this name only leads to a snap, which cannot be installed in a container. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

const isThere = () => PROGRAMS.some((program) => findOnPath(program) !== null);

export function ensureChromium() {
  if (process.env.CHROMIUM_PATH || isThere()) return;
  if (!getByApt('chromium', 'usr/lib/chromium/chromium') || !isThere()) throw new SetupError(howToGetChromium());
}

function howToGetChromium() {
  return [
    'The tests of the console need Chromium, and there is none on this machine. Do one of these and try again:',
    '  Debian           sudo apt-get install chromium',
    '  elsewhere        install Chromium or Chrome and set CHROMIUM_PATH to its program',
  ].join('\n');
}
