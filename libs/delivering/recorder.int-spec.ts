import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenDeliveryStore } from '#deliveries';
import { Recorder } from './recorder.js';
import { DatabaseClock, uuidFloor } from '#kernel';
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

  it('records an attempt of a delivery whose day was dropped while the worker stood still, and its neighbours', async () => {
    const day = Math.floor(Date.now() - 40 * 86_400_000);
    const gone = `${uuidFloor(day).slice(0, 14)}7000-8000-000000000001`;
    const fresh = await bench.anOpenDelivery(await bench.anEndpoint());
    const silent = { warn: () => undefined, error: () => undefined };
    const recorder = new Recorder(bench.db, new DatabaseClock(), silent);
    await Promise.all(
      [gone, fresh].map((deliveryId) => recorder.record(anAttempt({ deliveryId, generation: 1, attempts: 0 }))),
    );
    expect(await bench.ended(fresh)).toMatchObject({ status: 'succeeded' });
    // Its day is made again, to be dropped with the next ones.
    expect(await bench.attemptsOf(gone)).toHaveLength(1);
  });
});
