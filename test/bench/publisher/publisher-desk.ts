import { LedgerWriter } from '../ledger-file.js';
import { monotonicMs } from '../../rig/monotonic.js';
import { ApiConnection } from './api-connection.js';
import { EventText } from './event-text.js';
import type { Replay, Stream } from './publisher-messages.js';

interface Published {
  id: string;
  deliveryCount: number;
}

/** What all loads of the publisher share: the way to the API, the ledger, and how much is under way. */
export class PublisherDesk {
  readonly ledger = new LedgerWriter();
  /** Counted deliveries that the API has accepted. */
  accepted = 0;
  private readonly text = new EventText();
  private sent = 0;
  private arrived = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  connect(key = this.key): Promise<ApiConnection> {
    return ApiConnection.open(this.url, key);
  }

  received(count: number): void {
    this.arrived = count;
    const { waiting } = this;
    this.waiting = [];
    for (const goOn of waiting) goOn();
  }

  /** Resolves when `deliveries` more may be under way, or when it is time to stop. */
  async room(deliveries: number, most: number, stop: AbortSignal): Promise<void> {
    while (!stop.aborted && this.sent > this.arrived && this.sent - this.arrived + deliveries > most) {
      await new Promise<void>((goOn) => this.waiting.push(goOn));
    }
  }

  async publishOne(connection: ApiConnection, stream: Stream, tag: number): Promise<void> {
    this.sent += countedOf(stream);
    const body = this.text.single(stream);
    const atMs = monotonicMs();
    const answer = await connection.post('/v1/events', body);
    const tookMs = monotonicMs() - atMs;
    if (answer.status !== 202) throw new Error(`A publish was answered ${answer.status}: ${answer.body}`);
    this.noteAccepted(JSON.parse(answer.body) as Published, stream, tag, atMs, tookMs);
  }

  async publishBatch(connection: ApiConnection, streams: readonly Stream[], tag: number): Promise<void> {
    for (const stream of streams) this.sent += countedOf(stream);
    const body = this.text.batch(streams);
    const atMs = monotonicMs();
    const answer = await connection.post('/v1/events/batch', body);
    const tookMs = monotonicMs() - atMs;
    if (answer.status !== 202) throw new Error(`A batch was answered ${answer.status}: ${answer.body}`);
    const { results } = JSON.parse(answer.body) as { results: Published[] };
    results.forEach((result, index) => this.noteAccepted(result, streams[index]!, tag, atMs, tookMs));
  }

  async replay(connection: ApiConnection, { path, webhookId }: Replay, tag: number): Promise<void> {
    this.sent += 1;
    const atMs = monotonicMs();
    const answer = await connection.post(path, '{}');
    const tookMs = monotonicMs() - atMs;
    if (answer.status < 200 || answer.status > 299)
      throw new Error(`POST ${path} answered ${answer.status}: ${answer.body}`);
    this.accepted += 1;
    this.ledger.note(webhookId, tag, 1, atMs, tookMs);
  }

  private noteAccepted(result: Published, stream: Stream, tag: number, atMs: number, tookMs: number): void {
    const { id, deliveryCount } = result;
    if (deliveryCount !== stream.deliveries)
      throw new Error(`An event of type ${stream.type} was answered ${JSON.stringify(result)}`);
    if (!stream.isCounted) return;
    this.accepted += deliveryCount;
    this.ledger.note(id, tag, deliveryCount, atMs, tookMs);
  }
}

function countedOf(stream: Stream): number {
  return stream.isCounted ? stream.deliveries : 0;
}
