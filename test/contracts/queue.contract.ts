import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DispatchConsumer,
  type DispatchQueue,
  type JobPayload,
  type OpenConsumerOptions,
  openDispatchConsumer,
  openDispatchQueue,
  QueueUnavailableError,
  type ReceivedJob,
} from '#queue';
import { waitFor } from '../support/wait-for.js';

/** A queue server of one's own, to be killed and brought back. */
export interface QueueHarness {
  url: string;
  /** Gone at once, without a goodbye. */
  kill(): Promise<void>;
  /** Back at the same address. */
  restart(): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

/** What both backends promise, whatever lies beneath. */
export function queueContract(name: string, openHarness: () => Promise<QueueHarness>): void {
  describe(`the queue on ${name}`, () => {
    let harness: QueueHarness;
    const open: Array<DispatchQueue | DispatchConsumer> = [];

    beforeAll(async () => {
      harness = await openHarness();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((side) => side.close()));
    });
    afterAll(async () => {
      await harness.stop();
    });

    /** A queue that nobody else uses, its producer, and a way to make consumers that remember what they got. */
    function setup() {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const queue = openDispatchQueue({ url: harness.url, prefix });
      open.push(queue);
      const consume = (options: Partial<OpenConsumerOptions> = {}) => {
        const received: ReceivedJob[] = [];
        const { handler = async () => {} } = options;
        const consumer = openDispatchConsumer({
          concurrency: 4,
          ...options,
          url: harness.url,
          prefix,
          handler: (job) => {
            received.push(job);
            return handler(job);
          },
        });
        open.push(consumer);
        return { consumer, received };
      };
      return { queue, consume };
    }

    const numbers = (received: readonly ReceivedJob[]) =>
      received.map(({ payload }) => payload.n as number).sort(byValue);
    const jobs = (from: number, to: number): JobPayload[] =>
      Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index }));

    it('hands every job to exactly one consumer', async () => {
      const { queue, consume } = setup();
      const [first, second] = [consume(), consume()];
      await queue.whenConnected();
      await Promise.all([first.consumer.whenConnected(), second.consumer.whenConnected()]);

      for (let from = 1; from <= 300; from += 30) await queue.add(jobs(from, from + 29));

      await waitFor(() => expect(first.received.length + second.received.length).toBe(300));
      expect(numbers([...first.received, ...second.received])).toEqual(jobs(1, 300).map(({ n }) => n));
      await waitFor(async () => expect(await queue.depth()).toBe(0));
    });

    it('hands over jobs that were added before there was a consumer', async () => {
      const { queue, consume } = setup();
      await queue.whenConnected();
      await queue.add(jobs(1, 5));

      const { received } = consume();

      await waitFor(() => expect(numbers(received)).toEqual([1, 2, 3, 4, 5]));
    });

    it('keeps the text of a payload exactly as it was', async () => {
      const { queue, consume } = setup();
      const { received } = consume();
      await queue.whenConnected();
      const text = [
        '{"amount":12345678901234567890,"rate":1.0,"constructor":"c","ü":"é","b":1,"a":2}',
        '{"nul":"\\u0000","lone":"\\ud800","pair":"\\ud83d\\ude00"}',
        'a real NUL \0, a lone surrogate \ud800, 😀, \u2028, "quotes", back\\slash, \r\n\t',
        '',
      ];

      await queue.add([{ text, b: 1, a: 2, '': null, __proto__: undefined, nested: { deep: [true, 1e21] } }]);

      await waitFor(() => expect(received).toHaveLength(1));
      expect(received[0]?.payload).toEqual({ text, b: 1, a: 2, '': null, nested: { deep: [true, 1e21] } });
    });

    it('carries jobs of 256 KiB', async () => {
      const { queue, consume } = setup();
      const { received } = consume();
      await queue.whenConnected();
      const text = '"é😀\\'.repeat(30_000);

      await queue.add([{ text }, { text }]);

      await waitFor(() => expect(received).toHaveLength(2));
      expect(received.every(({ payload }) => payload.text === text)).toBe(true);
    });

    it('tells when a job was added, by the injected clock', async () => {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const received: ReceivedJob[] = [];
      const queue = openDispatchQueue({ url: harness.url, prefix, now: () => 1_764_000_000_000.7 });
      const handler = async (job: ReceivedJob) => void received.push(job);
      const consumer = openDispatchConsumer({ url: harness.url, prefix, now: () => 42, concurrency: 1, handler });
      open.push(queue, consumer);
      await queue.whenConnected();

      await queue.add([{ n: 1 }]);

      await waitFor(() => expect(received).toHaveLength(1));
      expect(received[0]?.addedAtMs).toBe(1_764_000_000_001);
      expect(consumer.connectedSince).toBe(42);
    });

    it('goes on after a handler that rejects, and never runs its job again', async () => {
      const { queue, consume } = setup();
      const { received } = consume({
        handler: (job) => (job.payload.n === 2 ? Promise.reject(new Error('bad job')) : Promise.resolve()),
      });
      await queue.whenConnected();

      await queue.add(jobs(1, 10));

      await waitFor(async () => {
        expect(received.length).toBeGreaterThanOrEqual(10);
        expect(await queue.depth()).toBe(0);
      });
      expect(numbers(received)).toEqual(jobs(1, 10).map(({ n }) => n));
    });

    it('handles at most as many jobs at once as it was told', async () => {
      const { queue, consume } = setup();
      let running = 0;
      let most = 0;
      const { received } = consume({
        concurrency: 3,
        handler: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
        },
      });
      await queue.whenConnected();

      await queue.add(jobs(1, 30));

      await waitFor(() => expect(received).toHaveLength(30));
      expect(most).toBe(3);
    });

    it('counts what waits and what is being worked on', async () => {
      const { queue, consume } = setup();
      await queue.whenConnected();
      expect(await queue.depth()).toBe(0);
      await queue.add(jobs(1, 12));
      expect(await queue.depth()).toBe(12);
      expect(queue.lastDepth).toBe(12);

      const gate = aGate();
      const { received } = consume({ concurrency: 2, handler: () => gate.opened });
      await waitFor(() => expect(received).toHaveLength(2));
      expect(await queue.depth()).toBe(12);
      gate.open();

      await waitFor(() => expect(queue.lastDepth).toBe(0));
    });

    it('hands over what has a lower rank first, and what has the same one in its order', async () => {
      const { queue, consume } = setup();
      await queue.whenConnected();
      await queue.add(jobs(1, 4), [2, 1, 2, 1]);
      await queue.add(jobs(5, 6), [0, 1]);
      await queue.add(jobs(7, 7));
      expect(await queue.depth()).toBe(7);

      const { received } = consume({ concurrency: 1 });

      await waitFor(() => expect(received.map(({ payload }) => payload.n)).toEqual([5, 7, 2, 4, 6, 1, 3]));
      await waitFor(async () => expect(await queue.depth()).toBe(0));
    });

    it('takes no job while paused, and goes on when resumed', async () => {
      const { queue, consume } = setup();
      const { consumer, received } = consume();
      await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
      await consumer.pause();

      await queue.add(jobs(1, 8));
      const other = consume({ concurrency: 1 });
      await waitFor(() => expect(other.received).toHaveLength(8));
      await other.consumer.pause();
      await queue.add(jobs(9, 10));
      expect(received).toEqual([]);
      await consumer.resume();

      await waitFor(() => expect(numbers(received)).toEqual([9, 10]));
      await waitFor(async () => expect(await queue.depth()).toBe(0));
    });

    it('lets running handlers finish when it is paused or closed', async () => {
      const { queue, consume } = setup();
      const gates = [aGate(), aGate()];
      let finished = 0;
      const { consumer, received } = consume({
        concurrency: 1,
        handler: async ({ payload }) => {
          await gates[(payload.n as number) - 1]?.opened;
          finished++;
        },
      });
      await queue.whenConnected();
      await queue.add(jobs(1, 2));
      await waitFor(() => expect(received).toHaveLength(1));

      const paused = consumer.pause();
      gates[0]?.open();
      await paused;
      expect(finished).toBe(1);
      await consumer.resume();
      await waitFor(() => expect(received).toHaveLength(2));
      const closed = consumer.close();
      gates[1]?.open();
      await closed;

      expect(finished).toBe(2);
      await waitFor(async () => expect(await queue.depth()).toBe(0));
    });

    it('refuses fast while the server is away, and takes jobs again by itself', async () => {
      const { queue, consume } = setup();
      const { received } = consume();
      await queue.whenConnected();
      await harness.kill();

      for (let attempt = 0; attempt < 3; attempt++) {
        const started = performance.now();
        await expect(queue.add(jobs(1, 1))).rejects.toThrow(QueueUnavailableError);
        expect(performance.now() - started).toBeLessThan(1_000);
      }
      expect(queue.isAvailable).toBe(false);
      expect(queue.lastDepth).toBe(0);
      await expect(queue.depth()).rejects.toThrow(QueueUnavailableError);
      await expect(queue.add(jobs(1, 1))).rejects.toMatchObject({ mayHaveBeenAdded: false });

      await harness.restart();
      await waitFor(() => expect(queue.isAvailable).toBe(true));
      await queue.add(jobs(2, 2));
      await waitFor(() => expect(numbers(received)).toEqual([2]));
    });

    it('boots while the server is away, and closes without it', async () => {
      await harness.kill();
      const { queue, consume } = setup();
      const { consumer, received } = consume();
      const { consumer: impatient } = consume();
      expect(queue.isAvailable).toBe(false);
      expect(consumer.connectedSince).toBeNull();
      await expect(queue.add(jobs(1, 1))).rejects.toThrow(QueueUnavailableError);
      await impatient.close();

      await harness.restart();
      await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
      await queue.add(jobs(2, 2));

      await waitFor(() => expect(numbers(received)).toEqual([2]));
      await impatient.whenConnected();
    });

    it('never shows the connections of before a restart', async () => {
      const { queue, consume } = setup();
      const seen: Array<{ n: number; since: number | null }> = [];
      const { consumer, received } = consume({
        handler: async ({ payload }) => void seen.push({ n: payload.n as number, since: consumer.connectedSince }),
      });
      await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
      const before = consumer.connectedSince;
      expect(before).toBeGreaterThan(Date.now() - 60_000);
      await queue.add(jobs(1, 1));
      await waitFor(() => expect(received).toHaveLength(1));

      const killedAt = Date.now();
      await harness.kill();
      await waitFor(() => expect(consumer.connectedSince).toBeNull());
      await harness.restart();
      await waitFor(() => expect(queue.isAvailable).toBe(true));
      await queue.add(jobs(2, 2));
      await waitFor(() => expect(received).toHaveLength(2));

      expect(seen[1]?.since ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(killedAt);
      await waitFor(() => expect(consumer.connectedSince).toBeGreaterThanOrEqual(killedAt));
    });

    it('finishes and closes although the server went away under a running handler', async () => {
      const { queue, consume } = setup();
      const gate = aGate();
      const { consumer, received } = consume({ handler: () => gate.opened });
      await queue.whenConnected();
      await queue.add(jobs(1, 1));
      await waitFor(() => expect(received).toHaveLength(1));
      await harness.kill();

      const closed = consumer.close();
      gate.open();
      await closed;

      await harness.restart();
    });

    it('is closed for good: adds nothing, and closing twice is fine', async () => {
      const { queue, consume } = setup();
      const { consumer } = consume();
      await Promise.all([queue.whenConnected(), consumer.whenConnected()]);

      await Promise.all([queue.close(), queue.close(), consumer.close(), consumer.close()]);

      expect(queue.isAvailable).toBe(false);
      await expect(queue.add(jobs(1, 1))).rejects.toThrow(/closed/);
      expect(consumer.connectedSince).toBeNull();
    });

    it('writes one line when the server goes and one when it is back', async () => {
      const lines: string[] = [];
      const write = (level: string) => (_facts: object, message: string) => void lines.push(`${level}: ${message}`);
      const log = { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') };
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const queue = openDispatchQueue({ url: harness.url, prefix, log });
      const consumer = openDispatchConsumer({ url: harness.url, prefix, log, concurrency: 2, handler: async () => {} });
      open.push(queue, consumer);
      await Promise.all([queue.whenConnected(), consumer.whenConnected()]);

      await harness.kill();
      for (let attempt = 0; attempt < 5; attempt++) await queue.add(jobs(1, 1)).catch(() => {});
      await waitFor(() => expect([queue.isAvailable, consumer.connectedSince]).toEqual([false, null]));
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // many attempts to connect
      await harness.restart();
      await waitFor(() => expect(lines.filter((line) => line.includes('connected to'))).toHaveLength(4));

      expect(lines.filter((line) => !line.startsWith('info')).sort()).toEqual([
        expect.stringMatching(/^warn: consumer: the queue is away/),
        expect.stringMatching(/^warn: producer: the queue is away/),
      ]);
    });
  });
}

function byValue(a: number, b: number): number {
  return a - b;
}

function aGate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
