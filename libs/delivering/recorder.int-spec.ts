import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenDeliveryStore } from '#deliveries';
import { Recorder } from './recorder.js';
import { DatabaseClock } from '#kernel';
import { anAttempt, openStoreBench, type StoreBench } from '../../test/support/stores.js';

describe(Recorder, () => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());

  it('records the attempt whose content the database refuses without it, and its neighbours as they are', async () => {
    const endpoint = await bench.anEndpoint();
    for (let n = 0; n < 8; n++) await bench.anOpenDelivery(endpoint);
    const store = new OpenDeliveryStore(bench.db);
    const { claimed } = await store.claimDue({ rows: 8, sinceMs: 0, leftOut: [], turns: [] });
    const silent = { warn: () => undefined, error: () => undefined };
    const recorder = new Recorder(bench.db, new DatabaseClock(), silent);
    const bad = claimed[3]!.dispatch.deliveryId;
    await Promise.all(
      claimed.map(({ dispatch }) =>
        recorder.record(anAttempt(dispatch, dispatch.deliveryId === bad ? { responseBody: 'a\0b' } : {})),
      ),
    );
    for (const { dispatch } of claimed) {
      expect(await bench.ended(dispatch.deliveryId)).toMatchObject({ status: 'succeeded' });
      const [attempt] = await bench.attemptsOf(dispatch.deliveryId);
      expect(attempt!.response_body === null).toBe(dispatch.deliveryId === bad);
    }
    expect([recorder.pending, recorder.isStuck]).toEqual([0, false]);
  });
});
