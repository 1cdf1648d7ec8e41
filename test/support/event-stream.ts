import { type ClientRequest, type IncomingMessage, request } from 'node:http';

export interface StreamEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Reads server-sent events as they come. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  /** Everything that came, comments included. */
  text = '';
  isEnded = false;

  private constructor(
    private readonly call: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('close', () => (this.isEnded = true));
    response.on('data', (part: string) => {
      this.text += part;
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) this.read(block);
    });
  }

  static open(url: string, key: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const call = request(url, { headers: { authorization: `Bearer ${key}`, ...headers }, agent: false });
      call.on('response', (response) => resolve(new EventStream(call, response)));
      call.on('error', reject);
      call.end();
    });
  }

  of(kind: string): Record<string, unknown>[] {
    return this.events.filter(({ event }) => event === kind).map(({ data }) => data);
  }

  close(): void {
    this.call.destroy();
  }

  private read(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      id: fields.get('id') ?? '',
      event: fields.get('event') ?? '',
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }
}
