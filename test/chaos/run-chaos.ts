import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Cleanup } from '../rig/cleanup.js';
import type { Progress } from '../rig/progress.js';
import { chooseFaults } from './faults/faults.js';
import { hasNothingOpen, readDatabase } from './judge/database-record.js';
import { judge, type Verdict } from './judge/judge.js';
import { Watch } from './judge/watch.js';
import type { ChaosOptions } from './options.js';
import { playFaults } from './play-faults.js';
import { Publisher } from './publisher/publisher-link.js';
import { Receiver } from './receiver/receiver-link.js';
import { SeededRandom } from './seeded-random.js';
import { type Servers, startServers } from './servers/servers.js';
import { arrangeTraffic, vouchForEndpoints } from './traffic.js';

export interface Outcome extends Verdict {
  /** From the first publish to the last fault's end, and from there until nothing was open any more. */
  seconds: number;
  settledAfterSeconds: number;
}

/** A lease runs out, what it held is claimed again, and that claim's owner may have died of the last fault. */
const SETTLED_WITHIN_MS = 240_000;

const TICK_MS = 200;

/** Starts everything, breaks it, lets it come to rest and compares the ledgers. What was started is left to the clean-up. */
export async function runChaos(options: ChaosOptions, progress: Progress, cleanup: Cleanup): Promise<Outcome> {
  const { queue, seed, rate, minutes, isShort } = options;
  const kinds = chooseFaults(options);
  progress.say(
    `Seed ${seed}, queue on ${queue}: starting PostgreSQL, ${queue === 'redis' ? 'Redis, ' : ''}2 APIs, 2 workers`,
  );
  const servers = await cleanup.hold(startServers(queue, cleanup));
  if (options.isKept) cleanup.add(() => keep(servers.folder, progress));
  const receiver = new Receiver(cleanup);
  const publisher = new Publisher(cleanup);
  const watch = new Watch(servers.postgres.url);
  cleanup.add(() => watch.stop());

  const traffic = await arrangeTraffic(servers, receiver, seed);
  const { publisherKey, streams, endpoints } = traffic;
  const urls = servers.apis.map(({ url }) => url);
  await publisher.start({ urls, key: publisherKey, streams, perSecond: rate, seed });
  watch.start();
  const startedMs = performance.now();
  const ticking = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    progress.tick(`${seconds} s  ${publisher.accepted} accepted  ${receiver.requests} requests  ${watch.open} open`);
  }, TICK_MS);
  cleanup.add(() => clearInterval(ticking));

  const scene = { servers, random: new SeededRandom(seed), isShort };
  const faults = await playFaults(kinds, isShort ? 0 : minutes * 60_000, scene, {
    say: (text) =>
      progress.say(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(4)} s  ${text}`),
  });
  const brokenMs = performance.now();
  await publisher.stop();
  await receiver.mend();
  await vouchForEndpoints(servers, traffic);
  await cameToRest(servers);
  const settledMs = performance.now();
  await watch.stop();
  await Promise.all([...servers.apis, ...servers.workers].map((process) => process.stop()));
  clearInterval(ticking);
  progress.clear();

  const [ledger, requests, database] = await Promise.all([
    publisher.ledger(join(servers.folder, 'published.json')),
    receiver.ledger(join(servers.folder, 'received.json')),
    readDatabase(servers.postgres.url),
  ]);
  return {
    ...judge({ streams, endpoints, ledger, requests, database, watch, faults }),
    seconds: Math.round((brokenMs - startedMs) / 1_000),
    settledAfterSeconds: Math.round((settledMs - brokenMs) / 1_000),
  };
}

/** Resolves when every delivery has ended, or when it has been long enough for that: what is left then is stuck. */
async function cameToRest({ postgres }: Servers): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url, application_name: 'posthorn-chaos' });
  await client.connect();
  try {
    const deadlineMs = performance.now() + SETTLED_WITHIN_MS;
    while (performance.now() < deadlineMs && !(await hasNothingOpen(client))) await sleep(TICK_MS);
  } finally {
    await client.end();
  }
}

function keep(folder: string, progress: Progress): void {
  const kept = join(tmpdir(), `kept-${process.pid}-posthorn-chaos`);
  cpSync(folder, kept, { recursive: true, filter: (path) => !path.startsWith(join(folder, 'postgres')) });
  progress.say(`Logs and ledgers are in ${kept}`);
}
