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
});

/** A consumer that is connected, and the hand of BullMQ that reports an error of its own loops. */
async function consuming() {
  const warnings: string[] = [];
  const nothing = () => {};
  let fail: (error: Error) => void = nothing;
  const worker = { pause: async () => {}, resume: nothing, close: async () => {} };
  const backend: ConsumerBackend = {
    connectedSince: 1,
    connect: async () => {},
    work: async (_process, _concurrency, onError) => {
      fail = onError;
      return worker as unknown as BullWorker;
    },
    payloadOf: () => ({ dispatches: [] }),
    close: async () => {},
  };
  const consumer = new DispatchConsumer({
    concurrency: 1,
    handler: async () => {},
    log: { debug: nothing, info: nothing, error: nothing, warn: (_facts, message) => void warnings.push(message) },
    openBackend: () => backend,
  });
  await consumer.whenConnected();
  return { warnings, fail: (error: Error) => fail(error) };
}
