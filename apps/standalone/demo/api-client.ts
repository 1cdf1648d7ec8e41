/** What the demo reads of a delivery; see `Delivery` in the API's document. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly tenant: string;
  readonly endpoint: string;
  readonly type: string;
  readonly status: 'pending' | 'held' | 'succeeded' | 'dead' | 'cancelled';
  /** What it waits for while it is pending. */
  readonly waitingFor: string | null;
  readonly attemptCount: number;
  /** The delivery that this one repeats. */
  readonly replayOf: string | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

export interface Attempt {
  readonly number: number;
  readonly outcome: 'succeeded' | 'failed';
  readonly statusCode: number | null;
  readonly errorCode: string | null;
}

export interface DeadLetter {
  readonly id: string;
  readonly delivery: string;
  readonly event: string;
  readonly reason: string;
  readonly resolution: 'replayed' | 'discarded' | null;
}

export interface NewEndpoint {
  readonly url: string;
  readonly description: string;
  /** Seconds between attempts, where the platform's own schedule does not fit. */
  readonly retrySchedule?: readonly number[];
}

export interface NewEvent {
  /** The tenant's id. */
  readonly tenant: string;
  readonly type: string;
  /** The business key, such as `order/4711`. */
  readonly subject: string;
  /** JSON text, published as it stands: a number that JavaScript cannot hold must not pass through JSON.parse. */
  readonly data: string;
}

interface List<Item> {
  readonly data: readonly Item[];
}

/** No list of the demo is longer than this; a longer one shows its newest part. */
const LIST_LIMIT = 100;

/** The public HTTP API, as any customer of it would call it: there is no other way in. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly key: string,
    /** Breaks off what is under way. Null: nothing does. */
    private readonly signal: AbortSignal | null,
  ) {}

  /** The same API with another key. */
  withKey(key: string): ApiClient {
    return new ApiClient(this.url, key, this.signal);
  }

  /** The same API for a caller who stops for another reason. */
  withSignal(signal: AbortSignal): ApiClient {
    return new ApiClient(this.url, this.key, signal);
  }

  createKey(name: string, role: 'publisher' | 'support'): Promise<{ id: string; key: string }> {
    return this.call('POST', '/v1/api-keys', { name, role });
  }

  async keys(): Promise<readonly { id: string; prefix: string }[]> {
    const { data } = await this.call<List<{ id: string; prefix: string }>>('GET', '/v1/api-keys?limit=250');
    return data;
  }

  revokeKey(id: string): Promise<void> {
    return this.call('DELETE', `/v1/api-keys/${id}`);
  }

  describeEventType(name: string, description: string): Promise<void> {
    return this.call('PUT', `/v1/event-types/${name}`, { description });
  }

  createTenant(tenant: { uid: string; name: string }): Promise<{ id: string }> {
    return this.call('POST', '/v1/tenants', tenant);
  }

  deleteTenant(id: string): Promise<void> {
    return this.call('DELETE', `/v1/tenants/${id}`);
  }

  createEndpoint(tenant: string, endpoint: NewEndpoint): Promise<{ id: string; secret: string }> {
    return this.call('POST', `/v1/tenants/${tenant}/endpoints`, endpoint);
  }

  subscribe(tenant: string, endpoint: string, eventTypes: readonly string[]): Promise<{ id: string }> {
    return this.call('POST', `/v1/tenants/${tenant}/subscriptions`, { endpoint, eventTypes });
  }

  publish({ data, ...envelope }: NewEvent): Promise<{ id: string; deliveryCount: number }> {
    return this.call('POST', '/v1/events', `${JSON.stringify(envelope).slice(0, -1)},"data":${data}}`);
  }

  /** Newest first. */
  async deliveries(tenant: string): Promise<readonly Delivery[]> {
    const { data } = await this.call<List<Delivery>>('GET', `/v1/deliveries?tenant=${tenant}&limit=${LIST_LIMIT}`);
    return data;
  }

  /** In the order in which they were made. */
  async attempts(delivery: string): Promise<readonly Attempt[]> {
    const { data } = await this.call<List<Attempt>>('GET', `/v1/deliveries/${delivery}/attempts`);
    return data.toSorted((a, b) => a.number - b.number);
  }

  async deadLetters(tenant: string): Promise<readonly DeadLetter[]> {
    const { data } = await this.call<List<DeadLetter>>('GET', `/v1/dead-letters?tenant=${tenant}&limit=${LIST_LIMIT}`);
    return data;
  }

  replay(deadLetter: string): Promise<unknown> {
    return this.call('POST', `/v1/dead-letters/${deadLetter}/replay`);
  }

  /** A string goes as it is, anything else as JSON. Rejects with the whole answer unless it is a 2xx. */
  private async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: this.signal,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
}
