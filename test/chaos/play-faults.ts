import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../rig/monotonic.js';
import type { Fault, Scene } from './faults/fault.js';
import type { FaultRecord } from './faults/fault-record.js';

export interface Telling {
  say(text: string): void;
}

/** Calm between two faults, in milliseconds. */
const CALM = { short: { least: 300, most: 1_500 }, long: { least: 3_000, most: 15_000 } };

/**
 * Plays each kind of fault once in an order of chance, and again until the time is up. A fault is over when every process
 * says that it is ready; one after which they do not ends the run.
 */
export async function playFaults(
  kinds: readonly Fault[],
  forMs: number,
  scene: Scene,
  telling: Telling,
): Promise<FaultRecord[]> {
  const { random, isShort } = scene;
  const untilMs = monotonicMs() + forMs;
  const records: FaultRecord[] = [];
  for (let round = 1; round === 1 || monotonicMs() < untilMs; round++) {
    for (const fault of random.shuffled(kinds)) {
      if (round > 1 && monotonicMs() >= untilMs) break;
      const { least, most } = isShort ? CALM.short : CALM.long;
      await sleep(random.between(least, most));
      telling.say(fault.name);
      records.push(await play(fault, scene));
      telling.say(`${fault.name}: ${records.at(-1)!.detail}`);
    }
  }
  return records;
}

async function play(fault: Fault, scene: Scene): Promise<FaultRecord> {
  const { name, allows } = fault;
  const startMs = monotonicMs();
  const detail = await fault.play(scene);
  await Promise.all([...scene.servers.apis, ...scene.servers.workers].map((process) => process.ready()));
  return { name, detail, allows, startMs, endMs: monotonicMs() };
}
