import { describe, expect, it } from 'vitest';
import type { BullWorker, ConsumerBackend } from './backend.js';
import { DispatchConsumer } from './dispatch-consumer.js';

const codeOf = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('DispatchConsumer', () => {
  it.each([
    ['a PostgreSQL that shuts down', codeOf('terminating connection due to administrator command', '57P01')],
    ['a PostgreSQL that starts up', codeOf('the database system is starting up', '57P03')],
    ['a socket that was reset', Object.assign(new Error('read ECONNRESET'), { syscall: 'read' })],
    ['a job that the server has forgotten', new Error('Missing key for job 7. moveToFinished')],
  ])('does not make news of %s: the loss of the connection is one line already', async (_what, error) => {
    const { warnings, fail } = await consuming();

    fail(error);

    expect(warnings).toEqual([]);
  });

  it('makes news of anything else that BullMQ stumbles over', async () => {
    const { warnings, fail } = await consuming();

    fail(codeOf('relation "bullmq.job" does not exist', '42P01'));

    expect(warnings).toEqual(['queue worker']);
  });

  it('connects anew when the server goes while the worker is being made', async () => {
    let tries = 0;
    const work = async (): Promise<BullWorker> => {
      if (++tries < 3) throw new Error('Connection terminated unexpectedly');
      return aWorker();
    };

    await open({ work }).whenConnected();

    expect(tries).toBe(3);
  });

  it('leaves no worker behind that was made while it closed', async () => {
    let isClosed = false;
    let hand: (worker: BullWorker) => void = nothing;
    let isAsked: () => void = nothing;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const work = () => {
      isAsked();
      return new Promise<BullWorker>((resolve) => (hand = resolve));
    };
    const consumer = open({ work });
    await asked;

    const closing = consumer.close();
    hand({ ...aWorker(), close: async () => void (isClosed = true) });
    await closing;

    expect(isClosed).toBe(true);
  });
});

function nothing(): void {}

function aWorker(): BullWorker {
  return { pause: async () => {}, resume: async () => {}, close: async () => {} };
}

/** Over a server that is there, and does what it is told. */
function open(doing: Pick<ConsumerBackend, 'work'>, warnings: string[] = []): DispatchConsumer {
  const backend: ConsumerBackend = {
    connectedSince: 1,
    connect: async () => {},
    payloadOf: () => ({ dispatches: [] }),
    close: async () => {},
    ...doing,
  };
  return new DispatchConsumer({
    concurrency: 1,
    handler: async () => {},
    log: { debug: nothing, info: nothing, error: nothing, warn: (_facts, message) => void warnings.push(message) },
    openBackend: () => backend,
  });
}

/** A consumer that is connected, and the hand of BullMQ that reports an error of its own loops. */
async function consuming() {
  const warnings: string[] = [];
  let fail: (error: Error) => void = nothing;
  const work: ConsumerBackend['work'] = async (_process, _concurrency, onError) => {
    fail = onError;
    return aWorker();
  };
  await open({ work }, warnings).whenConnected();
  return { warnings, fail: (error: Error) => fail(error) };
}
