import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newUuid } from '#kernel';
import { type DeliveryChange, NEWS_CHANNEL, NewsDesk, readNews, WATCH_EVERY_MS, writeNews } from './delivery-news.js';

const change = (tenantId: string): DeliveryChange => ({
  deliveryId: newUuid(1),
  tenantId,
  endpointId: newUuid(1),
  eventId: newUuid(1),
  status: 'succeeded',
});

const note = (desk: NewsDesk, { deliveryId, endpointId, eventId, tenantId }: DeliveryChange): void =>
  desk.note({ deliveryId, endpointId, event: { id: eventId } }, tenantId, 'succeeded');

function setup() {
  const told: unknown[][] = [];
  const query = (_sql: unknown, values?: readonly unknown[]): Promise<never[]> => {
    told.push([...values!]);
    return Promise.resolve([]);
  };
  let nowMs = 0;
  const desk = new NewsDesk({ query }, () => nowMs);
  return { desk, told, pass: (ms: number) => (nowMs += ms) };
}

describe(NewsDesk, () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('collects and tells nothing while nobody watches', async () => {
    const { desk, told, pass } = setup();
    note(desk, change('a'));
    desk.watch();
    pass(4 * WATCH_EVERY_MS);
    note(desk, change('a'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toEqual([]);
  });

  it('tells about once a second what it was told meanwhile', async () => {
    const { desk, told } = setup();
    desk.watch();
    const changes = [change('a'), change('b')];
    for (const one of changes) note(desk, one);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveLength(1);
    expect(told[0]![0]).toBe(NEWS_CHANNEL);
    expect(readNews(String(told[0]![1]))).toEqual({ changes, hasMore: false });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toHaveLength(1);
  });

  it('calls a delivery pending that is tried again', async () => {
    const { desk, told } = setup();
    desk.watch();
    desk.note({ deliveryId: 'd', endpointId: 'p', event: { id: 'e' } }, 't', 'retry');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(readNews(String(told[0]![1])).changes).toMatchObject([{ status: 'pending' }]);
  });

  it('fits a notification however much there is, and one tenant leaves room for others', async () => {
    const { desk, told } = setup();
    desk.watch();
    const [loud, quiet] = [newUuid(2), newUuid(3)];
    for (let n = 0; n < 100; n++) note(desk, change(loud));
    note(desk, change(quiet));
    for (let n = 0; n < 100; n++) note(desk, change(newUuid(4)));
    await vi.advanceTimersByTimeAsync(1_000);
    const payload = String(told[0]![1]);
    expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
    const { changes, hasMore } = readNews(payload);
    expect(hasMore).toBe(true);
    expect(changes.some(({ tenantId }) => tenantId === quiet)).toBe(true);
  });
});

describe(readNews, () => {
  it('reads what was written', () => {
    const news = { changes: [change('a')], hasMore: true };
    expect(readNews(writeNews(news))).toEqual(news);
  });
});
