import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OpenDeliveryStore, recordAttempts } from '#deliveries';
import { newUuid, toTypeId, type Uuid } from '#kernel';
import { DeadLetterNews } from '#upkeep';
import { newsOf, subscribe } from '../../support/operational-events.js';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

describe(DeadLetterNews, () => {
  let bench: StoreBench;
  let news: DeadLetterNews;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE open_deliveries, dead_letters');
    news = new DeadLetterNews(bench.db);
    endpoint = await bench.anEndpoint();
  });

  /** A delivery that has died of its first attempt, as a worker records it. */
  const aDeath = async (type = 'a.b') => {
    const deliveryId = await bench.anOpenDelivery(endpoint);
    await bench.db.query(`UPDATE open_deliveries SET type = $2 WHERE id = $1`, [deliveryId, type]);
    const deadLetterId = newUuid(Date.now());
    await recordAttempts(bench.db, [
      anAttempt(
        { deliveryId, generation: 1, attempts: 0 },
        { statusCode: 503, errorCode: 'status', next: { to: 'dead', reason: 'exhausted', deadLetterId } },
      ),
    ]);
    return { deliveryId, deadLetterId };
  };
  const told = async () =>
    (await newsOf<'posthorn.delivery.dead'>(bench.db, endpoint.tenantId)).map(({ data }) => data);

  it('tells of a delivery that has died, with what is needed to act on it', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.delivery.dead']);
    const { deliveryId, deadLetterId } = await aDeath();
    expect(await news.tell()).toBe(1);
    expect(await told()).toEqual([
      {
        endpoint: toTypeId('ep', endpoint.endpointId),
        endpointUid: null,
        delivery: toTypeId('dlv', deliveryId),
        deadLetter: toTypeId('dl', deadLetterId),
        event: expect.stringMatching(/^evt_/),
        eventType: 'a.b',
        reason: 'exhausted',
        attemptCount: 1,
        lastStatusCode: 503,
        lastErrorCode: 'status',
        openedAt: expect.stringMatching(/^20.*Z$/),
      },
    ]);
  });

  it('tells of what has expired too', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    const deliveryId = await bench.anOpenDelivery(endpoint);
    await new OpenDeliveryStore(bench.db).buryExpired([
      { deliveryId, generation: 1, deadLetterId: newUuid(Date.now()) },
    ]);
    await news.tell();
    expect(await told()).toMatchObject([{ reason: 'expired', attemptCount: 0 }]);
  });

  it('tells once, whoever dies in the middle and however many tell', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    const deaths = [];
    for (let n = 0; n < 20; n++) deaths.push(await aDeath());
    // Whoever tells dies before it is done, and with it what it has written.
    const dying = {
      transaction: async (work: never) =>
        bench.db.transaction(async (tx) => {
          await (work as (executor: unknown) => Promise<unknown>)(tx);
          throw new Error('killed');
        }),
    };
    await expect(new DeadLetterNews(dying as never).tell()).rejects.toThrow('killed');
    expect(await told()).toEqual([]);
    await Promise.all(Array.from({ length: 4 }, () => new DeadLetterNews(bench.db).tell()));
    await news.tell();
    const deliveries = (await told()).map(({ delivery }) => delivery);
    expect(deliveries.toSorted()).toEqual(deaths.map(({ deliveryId }) => toTypeId('dlv', deliveryId)).toSorted());
  });

  it('tells of each page of many', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await bench.db.query(
      `INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
       SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $1, $2, 'a.b', 'exhausted', clock_timestamp()
         FROM generate_series(1, 1200)`,
      [endpoint.tenantId, endpoint.endpointId],
    );
    expect(await news.tell()).toBe(1_200);
    expect(await news.tell()).toBe(0);
  });

  it('writes no event for a tenant that has not asked, and does not come back to it', async () => {
    await subscribe(bench.db, endpoint, ['*', 'posthorn.endpoint.*']);
    await aDeath();
    expect(await news.tell()).toBe(0);
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    expect(await news.tell()).toBe(0);
    expect(await told()).toEqual([]);
  });

  it('is silent on the death of what it tells: no event leads to the next', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await aDeath('posthorn.delivery.dead');
    expect(await news.tell()).toBe(0);
  });

  it('tells in a moment of what has died just now, and nothing once it was stopped', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await aDeath();
    news.soon();
    news.soon();
    await waitFor(async () => expect(await told()).toHaveLength(1));
    await news.stop();
    await aDeath();
    news.soon();
    expect(await told()).toHaveLength(1);
  });
});
