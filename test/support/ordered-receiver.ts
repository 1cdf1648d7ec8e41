import type { IncomingMessage, ServerResponse } from 'node:http';
import { Receiver } from './receiver.js';

/** What came to a receiver, by line: the event's own headers `x-line` and `x-place` say where it stands. */
export class OrderedReceiver {
  /** The places in the order of their arrival, each run of one place once. */
  readonly arrived = new Map<string, number[]>();
  /** The most requests of one line that were in flight at the same time. */
  mostAtOnce = 0;
  private readonly inFlight = new Map<string, number>();

  /** `decide` says which status an arrival is answered with; `afterMs`, how late. */
  private constructor(
    readonly receiver: Receiver,
    private readonly decide: (line: string, place: number) => number,
    private readonly afterMs: number,
  ) {
    receiver.answer((request, response) => this.take(request, response));
  }

  static async start(
    decide: (line: string, place: number) => number = () => 200,
    afterMs = 1,
  ): Promise<OrderedReceiver> {
    return new OrderedReceiver(await Receiver.start(), decide, afterMs);
  }

  of(line: string): number[] {
    return this.arrived.get(line) ?? [];
  }

  get requestCount(): number {
    return this.receiver.requests.length;
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    const line = String(request.headers['x-line']);
    const place = Number(request.headers['x-place']);
    const places = this.arrived.get(line) ?? [];
    if (places.at(-1) !== place) places.push(place);
    this.arrived.set(line, places);
    const atOnce = (this.inFlight.get(line) ?? 0) + 1;
    this.inFlight.set(line, atOnce);
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce);
    setTimeout(() => {
      this.inFlight.set(line, this.inFlight.get(line)! - 1);
      response.writeHead(this.decide(line, place)).end();
    }, this.afterMs);
  }
}

/** An event at a place in a line. */
export function anEventInLine(tenant: string, line: string, place: number): Record<string, unknown> {
  const headers = { 'x-line': line, 'x-place': String(place) };
  return { tenant, type: 'order.changed', data: { line, place }, headers, orderingKey: line };
}
