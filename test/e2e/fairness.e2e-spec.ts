import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QUEUE_KINDS, startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { IN_TIME } from '../support/in-time.js';

const BURST = 4_000;
const BATCH = 1_000;

describe.each(QUEUE_KINDS)('beside a burst, with %s as the queue', (queue) => {
  let platform: TestPlatform;
  let crowd: Receiver;
  let receiver: Receiver;

  beforeAll(async () => {
    platform = await startPlatform({ queue });
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    [crowd, receiver] = [await Receiver.start(), await Receiver.start()];
  });
  afterEach(() => Promise.all([crowd.close(), receiver.close()]));

  it("delivers another tenant's event long before the burst is over", IN_TIME, async () => {
    const [big, small] = [await platform.aTenantAt(crowd), await platform.aTenantAt(receiver)];
    const events = Array.from({ length: BATCH }, () => ({ tenant: big.tenant, type: 'a.b', data: {} }));
    const accepted: Promise<unknown>[] = [];
    for (let sent = 0; sent < BURST; sent += BATCH) accepted.push(platform.api.post('/v1/events/batch', { events }));
    await Promise.all(accepted);
    const before = crowd.requests.length;
    await platform.publish(small.tenant);
    await receiver.received(1);
    // What had been begun, and not the thousands that were accepted earlier.
    expect(crowd.requests.length - before).toBeLessThan(BURST / 2);
    await crowd.received(BURST);
  });
});
