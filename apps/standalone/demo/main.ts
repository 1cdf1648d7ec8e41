import { onStopSignal } from '#kernel';
import { runDemo } from './demo.js';
import { openDisplay } from './open-display.js';

const USAGE = `npm run demo [-- --once]

Starts the whole platform with a data folder of its own, and servers for two merchants, a CI server and a chat-ops
relay, and shows how webhooks get to them.

  --once   ends when all has settled: with 0 if every promise was kept, with 1 if not

DATABASE_URL (an empty database to try things in) and QUEUE_URL (redis://…) are honoured. NO_COLOR is, too.
`;

/** To drain, to stop the database and to remove the folder. */
const STOP_WITHIN_SECONDS = 45;

const flags = process.argv.slice(2);
if (flags.some((flag) => flag !== '--once')) {
  const wantsHelp = flags.includes('--help') || flags.includes('-h');
  (wantsHelp ? process.stdout : process.stderr).write(USAGE);
  process.exit(wantsHelp ? 0 : 2);
}

const display = openDisplay(process.stdout, process.env);
const abort = new AbortController();
// Nobody reads any more (`npm run demo | head`): a reason to stop, and none to crash.
process.stdout.on('error', () => abort.abort());
const running = runDemo({
  env: process.env,
  display,
  isOnce: flags.includes('--once'),
  stopped: abort.signal,
});
onStopSignal(
  async () => {
    abort.abort();
    process.exit((await running) ? 0 : 1);
  },
  STOP_WITHIN_SECONDS,
  {
    info: () => display.say('Stopping …'),
    error: (_facts, message) => display.say(message),
  },
);
process.exit((await running) ? 0 : 1);
