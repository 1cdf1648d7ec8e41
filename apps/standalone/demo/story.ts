import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Attempt, NewEvent } from './api-client.js';
import type { ChatRelay } from './chat-relay.js';
import type { Scene } from './customer.js';
import type { Display } from './display.js';
import type { Ledger } from './ledger.js';
import type { Evidence } from './promises.js';
import type { Watch } from './watch.js';

const PAUSE_BETWEEN_EVENTS_MS = 60;

export interface Cast {
  readonly merchants: Scene;
  readonly ciServer: Scene;
  readonly chatRelay: ChatRelay;
}

export interface StoryOptions {
  readonly cast: Cast;
  /** As the product services, who may publish and nothing else. */
  readonly publisher: ApiClient;
  /** As the support desk, who sees what became of it and replays. */
  readonly support: ApiClient;
  readonly ledger: Ledger;
  readonly watch: Watch;
  readonly display: Display;
}

/** The demo in its own words: publish, wait, mend, replay, wait. Each step leaves its traces in ledger and watch. */
export async function tellStory({ cast, publisher, support, ledger, watch, display }: StoryOptions): Promise<void> {
  const { merchants, ciServer, chatRelay } = cast;
  for (const event of inTurn([merchants.events, ciServer.events, chatRelay.events])) {
    await publishEvent(publisher, ledger, event);
    // Looking comes after the event has had time to arrive: on a small machine it would be in the way.
    await sleep(PAUSE_BETWEEN_EVENTS_MS);
    await watch.look();
  }
  const deliveryCount = [...ledger.published.values()].reduce((sum, event) => sum + event.deliveryCount, 0);
  await watch.untilSettled(deliveryCount);

  const deadLetters = await deadLettersOf(support, chatRelay);
  display.say(`The relay comes back, and its ${deadLetters.length} dead letters are replayed.\n`);
  await chatRelay.comeBack();
  for (const { id } of deadLetters) await support.replay(id);
  await watch.untilSettled(deliveryCount + deadLetters.length);
}

/** Publishes one event and notes both ends of its 202. */
export async function publishEvent(publisher: ApiClient, ledger: Ledger, event: NewEvent): Promise<void> {
  const askedAtMs = performance.now();
  const { id, deliveryCount } = await publisher.publish(event);
  ledger.accepted({
    id,
    deliveryCount,
    type: event.type,
    data: event.data,
    askedAtMs,
    answeredAtMs: performance.now(),
  });
}

/** Everything that the promises are judged by, as it is now. */
export async function gatherEvidence({ cast, ledger, watch }: StoryOptions, support: ApiClient): Promise<Evidence> {
  const { merchants, ciServer, chatRelay } = cast;
  const deadLetters = await Promise.all([merchants, ciServer, chatRelay].map((scene) => deadLettersOf(support, scene)));
  const repeated = watch.deliveries.filter(({ attemptCount }) => attemptCount > 1);
  const attempts = await Promise.all(
    repeated.map(async ({ id }) => [id, await support.attempts(id)] as const satisfies [string, readonly Attempt[]]),
  );
  return {
    published: [...ledger.published.values()],
    receipts: ledger.receipts,
    deliveries: watch.deliveries,
    deadLetters: deadLetters.flat(),
    attempts: new Map(attempts),
  };
}

/** Oldest first: ids are time-ordered. */
async function deadLettersOf(support: ApiClient, { customers }: Scene) {
  const lists = await Promise.all(customers.map(({ tenant }) => support.deadLetters(tenant)));
  return lists.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** One of each, then the next of each: three services publish at the same time. */
export function inTurn(lists: readonly (readonly NewEvent[])[]): NewEvent[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => {
      const event = list[index];
      return event === undefined ? [] : [event];
    }),
  ).flat();
}
