import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiConnection } from './api-connection.js';
import type { PublisherDesk } from './publisher-desk.js';
import type { Load, Stream } from './publisher-messages.js';

/** Carries a load out, to its end or until `stop`; resolves when everything that was sent has been answered. */
export async function runLoad(load: Load, desk: PublisherDesk, tag: number, stop: AbortSignal): Promise<void> {
  switch (load.kind) {
    case 'closed':
      return runClosed(load, desk, tag, stop);
    case 'paced':
      return runPaced(load, desk, tag, stop);
    case 'flood':
      return runFlood(load, desk, tag, stop);
    case 'replays':
      return runReplays(load, desk, tag, stop);
  }
}

type LoadOf<Kind extends Load['kind']> = Load & { kind: Kind };

async function runClosed(load: LoadOf<'closed'>, desk: PublisherDesk, tag: number, stop: AbortSignal): Promise<void> {
  const { batch, connections, maxOutstanding } = load;
  const take = inTurn(load.streams);
  await overConnections(connections, desk, async (connection) => {
    while (!stop.aborted) {
      const streams = Array.from({ length: batch }, take);
      const deliveries = streams.reduce((sum, { isCounted, deliveries }) => sum + (isCounted ? deliveries : 0), 0);
      await desk.room(deliveries, maxOutstanding, stop);
      if (!stop.aborted) await publish(desk, connection, streams, tag);
    }
  });
}

/** Each event is due at a moment of its own: one that is late does not push the others back. */
async function runPaced(load: LoadOf<'paced'>, desk: PublisherDesk, tag: number, stop: AbortSignal): Promise<void> {
  const take = inTurn(load.streams);
  const idle: ApiConnection[] = [];
  const publishing = new Set<Promise<void>>();
  const startedMs = performance.now();
  for (let count = 1; !stop.aborted; count++) {
    const publish = publishOver(idle.pop() ?? (await desk.connect()));
    publishing.add(publish);
    void publish.then(() => publishing.delete(publish));
    await sleep(Math.max(0, startedMs + (count * 1_000) / load.perSecond - performance.now()));
  }
  await Promise.all(publishing);
  for (const connection of idle) connection.close();

  async function publishOver(connection: ApiConnection): Promise<void> {
    await desk.publishOne(connection, take(), tag);
    idle.push(connection);
  }
}

async function runFlood(load: LoadOf<'flood'>, desk: PublisherDesk, tag: number, stop: AbortSignal): Promise<void> {
  const take = inTurn(load.streams);
  let left = load.events;
  await overConnections(load.connections, desk, async (connection) => {
    while (left > 0 && !stop.aborted) {
      const length = Math.min(left, load.batch);
      left -= length;
      await publish(desk, connection, Array.from({ length }, take), tag);
    }
  });
}

async function runReplays(load: LoadOf<'replays'>, desk: PublisherDesk, tag: number, stop: AbortSignal): Promise<void> {
  const waiting = [...load.replays].reverse();
  const replayAll = async (connection: ApiConnection): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined && !stop.aborted; next = waiting.pop()) {
      await desk.replay(connection, next, tag);
    }
  };
  await overConnections(load.connections, desk, replayAll, load.key);
}

function publish(desk: PublisherDesk, connection: ApiConnection, streams: Stream[], tag: number): Promise<void> {
  return streams.length === 1
    ? desk.publishOne(connection, streams[0]!, tag)
    : desk.publishBatch(connection, streams, tag);
}

async function overConnections(
  count: number,
  desk: PublisherDesk,
  work: (connection: ApiConnection) => Promise<void>,
  key?: string,
): Promise<void> {
  const connections = await Promise.all(Array.from({ length: count }, () => desk.connect(key)));
  await Promise.all(connections.map(work));
  for (const connection of connections) connection.close();
}

function inTurn(streams: readonly Stream[]): () => Stream {
  let next = 0;
  return () => streams[next++ % streams.length]!;
}
