import { describe, expect, it } from 'vitest';
import { DepthGauge } from './depth-gauge.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function setup() {
  const server = { depth: 0, asked: 0, time: 0 };
  const gauge = new DepthGauge(
    () => {
      server.asked += 1;
      return server.depth < 0 ? Promise.reject(new Error('away')) : Promise.resolve(server.depth);
    },
    () => server.time,
  );
  return { server, gauge };
}

describe('DepthGauge', () => {
  it('asks the server at most twice a second, however often it is looked at', async () => {
    const { server, gauge } = setup();
    for (let ms = 0; ms < 2_000; ms += 10) {
      server.time = ms;
      gauge.added(1);
      expect(gauge.last).toBeGreaterThanOrEqual(0);
      await settled();
    }
    expect(server.asked).toBe(4);
  });

  it('asks nothing while nobody adds or looks', async () => {
    const { server, gauge } = setup();
    gauge.added(1);
    await settled();
    server.time = 60_000;
    await settled();
    expect(server.asked).toBe(1);
  });

  it('counts what was added since the last measurement', async () => {
    const { server, gauge } = setup();
    server.depth = 10;
    gauge.added(3);
    await settled();
    gauge.added(4);
    expect(gauge.last).toBe(14);
    server.time = 500;
    server.depth = 2;
    gauge.added(1);
    await settled();
    expect(gauge.last).toBe(2);
  });

  it('notices by being looked at that a full queue has drained', async () => {
    const { server, gauge } = setup();
    server.depth = 1_000;
    expect(await gauge.read()).toBe(1_000);
    server.depth = 0;
    server.time = 600;
    expect(gauge.last).toBe(1_000);
    await settled();
    expect(gauge.last).toBe(0);
  });

  it('keeps the old number when a measurement fails, and forgets it on a reset', async () => {
    const { server, gauge } = setup();
    server.depth = 7;
    await gauge.read();
    server.depth = -1;
    server.time = 1_000;
    expect(gauge.last).toBe(7);
    await settled();
    expect(gauge.last).toBe(7);
    gauge.reset();
    expect(gauge.last).toBe(0);
    await settled();
  });
});
