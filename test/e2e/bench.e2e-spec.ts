import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const RUN_WITHIN_MS = 400_000;

const percentiles = { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) };

async function bench(...args: string[]): Promise<{ stdout: string; stderr: string; pid: number }> {
  const running = run(process.execPath, ['dist/test/bench/main.js', ...args], { timeout: RUN_WITHIN_MS });
  const { stdout, stderr } = await running;
  return { stdout, stderr, pid: running.child.pid! };
}

describe.runIf(process.platform === 'linux')('npm run bench', () => {
  it(
    'prints one JSON object with every figure, loses nothing and leaves nothing behind',
    async () => {
      const { stdout, pid } = await bench(
        '--seconds',
        '2',
        '--scenario',
        'steady',
        '--queue',
        'redis',
        '--old-snapshot',
        '--json',
      );
      const report = JSON.parse(stdout) as Record<string, number>;
      expect(report).toMatchObject({
        scenario: 'steady',
        queue: 'redis',
        lost: 0,
        duplicates: 0,
        publishMs: percentiles,
        endToEndMs: percentiles,
        cpuMicrosPerDelivery: {
          api: expect.any(Number),
          worker: expect.any(Number),
          database: expect.any(Number),
          queue: expect.any(Number),
          total: expect.any(Number),
        },
        sqlStatementsPerDelivery: expect.any(Number),
        queueCommandsPerDelivery: expect.any(Number),
        rssMiB: { api: expect.any(Number), worker: expect.any(Number) },
      });
      expect(report['seconds']).toBeGreaterThan(1.9);
      for (const figure of ['published', 'delivered', 'deliveriesPerSecond']) expect(report[figure]).toBeGreaterThan(0);
      expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`posthorn-bench-${pid}-`))).toEqual([]);
    },
    RUN_WITHIN_MS,
  );

  it('says what is wrong with an option, and how it is meant', async () => {
    await expect(bench('--scenario', 'sprint')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--scenario is one of steady, idle.*"sprint" is not[^]*npm run bench/),
    });
  });
});
