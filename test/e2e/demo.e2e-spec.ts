import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { waitFor } from '../support/wait-for.js';

const PROMISES = [
  'Every accepted event arrived, or is a dead letter with its reason',
  'Every request is signed, verified by the independent package standardwebhooks',
  'Payloads arrive byte for byte as they were published',
  'What fails is retried until it succeeds, every attempt on record',
  'What cannot be delivered becomes a dead letter, and arrives once it is replayed',
  'What was answered 2xx is not sent again',
  'It is quick',
];

/** Beyond the demo's own deadline of two minutes, so that it is the demo that says what is missing. */
const TIMEOUT_MS = 170_000;

let folder: string;
let demo: RunningDemo | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-demo-test-'));
  chmodSync(folder, 0o755);
});

afterEach(async () => {
  await demo?.end();
  demo = null;
  rmSync(folder, { recursive: true, force: true });
});

describe('npm run demo -- --once', () => {
  it.each([
    { queue: 'PostgreSQL', env: () => ({}) },
    { queue: 'Redis', env: () => ({ QUEUE_URL: inject('redisUrl') }) },
  ])(
    'keeps every promise with the queue on $queue, and leaves nothing behind',
    async ({ queue, env }) => {
      demo = startDemo(['--once'], env());
      const output = await demo.outputAtSuccess();
      expect(promisesIn(output)).toEqual(PROMISES.map((promise) => `✓ ${promise}`));
      expect(output).toContain(`queue is on ${queue}`);
      expect(output).toContain('payment.succeeded for Copper Kettle: 500, 503, 200');
      expect(output).toContain('3 dead (exhausted: connect), 3 replayed, 3 of these arrived');
      expect(readdirSync(folder)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('npm run demo', () => {
  it(
    'goes on until Ctrl-C, takes what others publish, and leaves nothing behind',
    async () => {
      demo = startDemo([], {});
      const { url, key } = await Promise.race([
        waitFor(() => invitationIn(demo!), { timeoutMs: TIMEOUT_MS - 40_000 }),
        demo.outputAtSuccess().then((output) => Promise.reject(new Error(`It did not go on:\n${output}`))),
      ]);
      const answer = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{"tenant":"bluebird-books","type":"payment.refunded","data":{"amount":1.0}}',
      });
      expect(answer.status).toBe(202);
      await waitFor(() => {
        expect(demo!.output()).toContain(
          'payment.refunded → Bluebird Books: succeeded after 1 attempt (200), verified',
        );
      });
      demo.interrupt();
      await demo.outputAtSuccess();
      expect(readdirSync(folder)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

interface RunningDemo {
  /** All it has printed so far, both streams. */
  output(): string;
  /** Awaits its end, and rejects unless it ended with 0. */
  outputAtSuccess(): Promise<string>;
  interrupt(): void;
  end(): Promise<void>;
}

/** The built demo, as `npm run demo` runs it once all is set up. Its temporary files go into `folder`. */
function startDemo(flags: readonly string[], env: Record<string, string>): RunningDemo {
  const child = spawn(process.execPath, [join('dist', 'apps', 'standalone', 'demo', 'main.js'), ...flags], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return {
    output: () => output,
    outputAtSuccess: async () => {
      const code = await exitCode;
      if (code !== 0) throw new Error(`The demo ended with ${code}. It has said:\n${output}`);
      return output;
    },
    interrupt: () => child.kill('SIGINT'),
    end: () => endQuickly(child, exitCode),
  };
}

/** Two signals a second apart make it drop everything, and take its database along. */
async function endQuickly(child: ChildProcess, exitCode: Promise<unknown>): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const interrupt = setInterval(() => child.kill('SIGINT'), 1_000);
  if (!isOver()) child.kill('SIGINT');
  await exitCode.finally(() => clearInterval(interrupt));
}

function promisesIn(output: string): string[] {
  const [, promises = ''] = output.split('\nPromises\n');
  return promises.split('\n').flatMap((line) => /^ {2}([✓✗] .*)$/.exec(line)?.[1] ?? []);
}

function invitationIn(running: RunningDemo): { url: string; key: string } {
  const [, url, key] = /curl (http\S+)\/v1\/events -H 'authorization: Bearer (\S+)'/.exec(running.output()) ?? [];
  if (url === undefined || key === undefined) throw new Error(`It has not come to that yet:\n${running.output()}`);
  return { url, key };
}
