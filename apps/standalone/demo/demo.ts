import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, type Environment } from '#config';
import { EmbeddedPostgresError } from '#database';
import { ApiClient } from './api-client.js';
import { openChatRelay } from './chat-relay.js';
import { openCiServer } from './ci-server.js';
import type { Stage } from './customer.js';
import { type DemoPlatform, startDemoPlatform } from './demo-platform.js';
import type { Display } from './display.js';
import { Ends } from './ends.js';
import { KeptLog } from './kept-log.js';
import { Ledger } from './ledger.js';
import { openMerchants } from './merchants.js';
import { judge, type Judgement } from './promises.js';
import { type Cast, gatherEvidence, inTurn, publishEvent, type StoryOptions, tellStory } from './story.js';
import { Watch } from './watch.js';

export interface DemoOptions {
  readonly env: Environment;
  readonly display: Display;
  /** Ends when all has settled, rather than when it is told to stop. */
  readonly isOnce: boolean;
  /** Someone wants it to stop. */
  readonly stopped: AbortSignal;
}

/** All that is shown must have happened within this time of the start, in seconds. */
const DEADLINE_SECONDS = 120;

const PAUSE_WHEN_GOING_ON_MS = 1_000;
/** Looks at the table between two events that are published while it goes on. */
const LOOKS_PER_EVENT = 4;

/** Runs the demo and takes everything away again. Answers whether every promise was kept. Never rejects. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { display, stopped } = options;
  const ends = new Ends();
  const log = new KeptLog();
  try {
    return await play(options, ends, log);
  } catch (error) {
    display.settle();
    if (stopped.aborted) return !options.isOnce;
    display.say(display.paint.in('red', toText(error)));
    if (log.lines.length > 0) display.say(`The platform's last warnings:\n${log.lines.join('\n')}`);
    return false;
  } finally {
    await ends.meet((error) => display.say(`Something could not be ended cleanly: ${String(error)}`));
  }
}

/** The demo's time was up before there was anything to judge. */
class TooLateError extends Error {
  override readonly name = 'TooLateError';

  constructor() {
    super(`The platform has not started within ${DEADLINE_SECONDS} seconds.`);
  }
}

/** A stack only for what nobody expects. */
function toText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = [ConfigError, EmbeddedPostgresError, TooLateError].some((kind) => error instanceof kind);
  return isExpected ? error.message : (error.stack ?? error.message);
}

async function play({ env, display, isOnce, stopped }: DemoOptions, ends: Ends, log: KeptLog): Promise<boolean> {
  const deadline = deadlineOr(stopped);
  display.say('Starting Posthorn, and those who publish and listen …');
  const platform = await startPlatform(env, log, ends, deadline.signal);
  const admin = new ApiClient(platform.url, platform.adminKey, deadline.signal);
  const stage = makeStage(platform, admin, ends);
  const cast = {
    merchants: await openMerchants(stage),
    ciServer: await openCiServer(stage),
    chatRelay: await openChatRelay(stage),
  };
  const publisher = admin.withKey(await makeKey(stage, 'Product services', 'publisher'));
  const support = admin.withKey(await makeKey(stage, 'Support desk', 'support'));

  display.say(`Posthorn is ready at ${platform.url}; its queue is on ${platform.queue}. The chat-ops relay is down.`);
  display.say(`The console is at ${platform.url}/console/ — sign in with ${platform.adminKey}\n`);
  const watch = new Watch(support, Object.values(cast), stage.ledger, display);
  const story = { cast, publisher, support, ledger: stage.ledger, watch, display };
  const isKept = await judgeStory(story, deadline.signal, stopped);
  deadline.isMet();
  if (!isOnce) await goOn(platform, story, stopped);
  return isKept;
}

/** The story, or as much of it as there was time for, and what became of the promises. */
async function judgeStory(story: StoryOptions, signal: AbortSignal, stopped: AbortSignal): Promise<boolean> {
  const { display, support } = story;
  let isOver = true;
  try {
    await tellStory(story);
  } catch (error) {
    if (!signal.aborted || stopped.aborted) throw error;
    isOver = false;
  }
  const judgements = judge(await gatherEvidence(story, support.withSignal(stopped)));
  display.settle();
  if (!isOver) display.say(display.paint.in('red', `\nNot all has settled within ${DEADLINE_SECONDS} seconds.`));
  display.say(`\n${display.paint.in('bold', 'Promises')}`);
  for (const judgement of judgements) display.say(toLine(judgement, display));
  return isOver && judgements.every(({ isKept }) => isKept);
}

function toLine({ isKept, promise, proof }: Judgement, { paint }: Display): string {
  const mark = isKept ? paint.in('green', '✓') : paint.in('red', '✗');
  return `  ${mark} ${promise}\n      ${paint.in('dim', proof)}`;
}

/** Until someone stops it: a little is published every second, and there is time to try things out. */
async function goOn(platform: DemoPlatform, story: StoryOptions, stopped: AbortSignal): Promise<void> {
  const { cast, display, ledger } = story;
  display.say(invitation(platform, cast));
  const publisher = story.publisher.withSignal(stopped);
  const watch = new Watch(story.support.withSignal(stopped), Object.values(cast), ledger, display);
  const events = inTurn(Object.values(cast).map((scene) => scene.events));
  for (let count = 0; ; count++) {
    const event = events[count % events.length];
    if (event !== undefined) await publishEvent(publisher, ledger, event);
    for (let looks = 0; looks < LOOKS_PER_EVENT; looks++) {
      await sleep(PAUSE_WHEN_GOING_ON_MS / LOOKS_PER_EVENT, undefined, { signal: stopped });
      await watch.look();
    }
  }
}

function invitation({ url, adminKey }: DemoPlatform, { merchants }: Cast): string {
  const tenant = merchants.customers[0]?.uid ?? '';
  return [
    '',
    'It goes on, with an event every second, until Ctrl-C. Publish one yourself:',
    '',
    `  curl ${url}/v1/events -H 'authorization: Bearer ${adminKey}' -H 'content-type: application/json' \\`,
    `    -d '{"tenant":"${tenant}","type":"payment.succeeded","data":{"amount":1.0}}'`,
    '',
    `The API is described at ${url}/docs. The admin key is ${adminKey}`,
    '',
  ].join('\n');
}

async function startPlatform(env: Environment, log: KeptLog, ends: Ends, signal: AbortSignal): Promise<DemoPlatform> {
  const starting = startDemoPlatform(env, log);
  // A start cannot be called off: even one that nobody waits for any more is seen through, and then stopped.
  ends.add(async () => (await starting.catch(() => null))?.stop());
  return orAborted(starting, signal);
}

function makeStage(platform: DemoPlatform, api: ApiClient, ends: Ends): Stage {
  const janitor = new ApiClient(platform.url, platform.adminKey, null);
  const takeAway = (action: (api: ApiClient) => Promise<unknown>): void => {
    if (!platform.ownsDatabase) ends.add(() => action(janitor));
  };
  takeAway(revokeOwnKey(platform.adminKey));
  const uidSuffix = platform.ownsDatabase ? '' : `-${randomBytes(3).toString('hex')}`;
  return { api, ledger: new Ledger(), ends, uidSuffix, takeAway };
}

async function makeKey(stage: Stage, name: string, role: 'publisher' | 'support'): Promise<string> {
  const { id, key } = await stage.api.createKey(name, role);
  stage.takeAway((admin) => admin.revokeKey(id));
  return key;
}

const revokeOwnKey = (adminKey: string) => async (admin: ApiClient) => {
  const own = (await admin.keys()).find(({ prefix }) => adminKey.startsWith(`${prefix}_`));
  if (own !== undefined) await admin.revokeKey(own.id);
};

/** Aborted by whoever stops the demo, and when its time is up unless that was called off. */
function deadlineOr(stopped: AbortSignal): { signal: AbortSignal; isMet(): void } {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new TooLateError());
  const timer = setTimeout(giveUp, DEADLINE_SECONDS * 1_000).unref();
  stopped.addEventListener('abort', () => abort.abort(stopped.reason), { once: true });
  return { signal: abort.signal, isMet: () => clearTimeout(timer) };
}

function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
