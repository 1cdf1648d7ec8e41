import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../../rig/monotonic.js';
import { fail, ParentLink } from '../../rig/parent-link.js';
import { SeededRandom } from '../seeded-random.js';
import type { Published, PublisherOrder, PublisherReport, Refusal, Stream } from './publisher-messages.js';

const TICK_MS = 50;
const REPORT_MS = 100;
const ANSWERED_WITHIN_MS = 15_000;
const AGAIN_AFTER_MS = 150;

/** Publishes under way at most: while the database is away for a minute, no more are begun. */
const MOST_UNDER_WAY = 60;

const LOST_CONNECTION = { status: null, body: {} };

interface Answer {
  status: number | null;
  body: { id?: string; deliveryCount?: number; results?: Item[]; detail?: string };
}

interface Item {
  id?: string;
  deliveryCount?: number;
  error?: { status: number; detail: string };
}

/**
 * Publishes as a careful service does: each event under a uid of its own, again after a lost answer or a 503 until it is
 * accepted, through whichever API answers. What it was told had been accepted is its ledger.
 */
class PublisherProcess {
  private readonly published: Published[] = [];
  private readonly refusals: Refusal[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private random: SeededRandom;
  private choices: number[] = [];
  private isStopped = false;
  private accepted = 0;

  constructor(private readonly order: PublisherOrder & { kind: 'start' }) {
    this.random = new SeededRandom(order.seed);
    this.choices = order.streams.flatMap(({ weight }, index) => new Array<number>(weight).fill(index));
  }

  get facts(): PublisherReport {
    return { kind: 'accepted', events: this.accepted, underWay: this.underWay.size };
  }

  async run(): Promise<void> {
    const perTick = Math.max(2, Math.round((this.order.perSecond * TICK_MS) / 1_000));
    const everyMs = (perTick * 1_000) / this.order.perSecond;
    for (let dueMs = performance.now(); !this.isStopped; dueMs += everyMs) {
      if (this.underWay.size < MOST_UNDER_WAY) {
        this.begin([this.anEvent()]);
        this.begin(Array.from({ length: perTick - 1 }, () => this.anEvent()));
      }
      await sleep(Math.max(0, dueMs + everyMs - performance.now()));
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  write(file: string): void {
    writeFileSync(file, JSON.stringify({ published: this.published, refusals: this.refusals }));
  }

  private anEvent(): Published {
    const uid = `chaos-${this.published.length + 1}`;
    const event: Published = {
      uid,
      eventId: null,
      stream: this.random.pick(this.choices),
      deliveryCount: 0,
      sentMs: monotonicMs(),
      acceptedMs: 0,
      tries: 0,
    };
    this.published.push(event);
    return event;
  }

  private begin(events: Published[]): void {
    const publishing = this.publish(events)
      .catch(fail)
      .finally(() => this.underWay.delete(publishing));
    this.underWay.add(publishing);
  }

  private async publish(events: Published[]): Promise<void> {
    const { urls } = this.order;
    let api = Math.floor(this.random.next() * urls.length);
    for (let left = events; left.length > 0; api = (api + 1) % urls.length) {
      const isSingle = left.length === 1;
      const sentMs = monotonicMs();
      const answer = isSingle
        ? await this.post(`${urls[api]!}/v1/events`, this.textOf(left[0]!))
        : await this.post(`${urls[api]!}/v1/events/batch`, `{"events":[${left.map((e) => this.textOf(e)).join(',')}]}`);
      for (const event of left) event.tries += 1;
      left = this.takeAnswer(answer, left, isSingle, api, sentMs);
      if (left.length > 0) await sleep(AGAIN_AFTER_MS);
    }
  }

  /** Notes what was accepted and answers the rest. */
  private takeAnswer(answer: Answer, events: Published[], isSingle: boolean, api: number, sentMs: number): Published[] {
    const { status, body } = answer;
    if (status !== 202 && status !== 200) {
      this.refusals.push({ atMs: sentMs, api, status, reason: body.detail ?? 'no answer' });
      return events;
    }
    const items: Item[] = isSingle ? [body] : (body.results ?? []);
    return events.filter((event, index) => {
      const item = items[index];
      if (item?.id === undefined) {
        const reason = item?.error?.detail ?? 'neither id nor error';
        this.refusals.push({ atMs: sentMs, api, status: item?.error?.status ?? 0, reason });
        return true;
      }
      event.eventId = item.id;
      event.deliveryCount = item.deliveryCount ?? -1;
      event.acceptedMs = monotonicMs();
      this.accepted += 1;
      return false;
    });
  }

  private async post(url: string, body: string): Promise<Answer> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.order.key}`, 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      return LOST_CONNECTION;
    }
  }

  private textOf({ uid, stream }: Published): string {
    const { tenant, type } = this.order.streams[stream] as Stream;
    return `{"tenant":"${tenant}","type":"${type}","uid":"${uid}","subject":"order/${uid}","data":{"id":"${uid}","amount":4290,"currency":"eur"}}`;
  }
}

const parent = new ParentLink<PublisherOrder, PublisherReport>();
let publisher: PublisherProcess;

parent.onOrder(async (order) => {
  switch (order.kind) {
    case 'start':
      publisher = new PublisherProcess(order);
      publisher.run().catch(fail);
      setInterval(() => parent.send(publisher.facts), REPORT_MS);
      parent.send({ kind: 'started' });
      break;
    case 'stop':
      await publisher.stop();
      parent.send(publisher.facts);
      parent.send({ kind: 'stopped' });
      break;
    case 'write':
      publisher.write(order.file);
      parent.send({ kind: 'written' });
      break;
  }
});
