/** The management side of the API, for setting things up and for timing its lists. */
export class AdminApi {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** A key for the publisher, which can do nothing else. */
  async createPublisherKey(): Promise<string> {
    const { key } = await this.call<{ key: string }>('POST', '/v1/api-keys', { name: 'Publisher', role: 'publisher' });
    return key;
  }

  /** Answers the new tenant's id. */
  async createTenant(name: string, settings: object = {}): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/v1/tenants', { name, settings })).id;
  }

  /** Answers the new endpoint's id. `settings`: further fields of an endpoint. */
  async createEndpoint(
    tenant: string,
    url: string,
    eventTypes: readonly string[],
    settings: object = {},
  ): Promise<string> {
    const endpoint = { url, eventTypes, ...settings };
    return (await this.call<{ id: string }>('POST', `/v1/tenants/${tenant}/endpoints`, endpoint)).id;
  }

  /** Says that an endpoint is well, whatever the platform thinks of it. */
  async enableEndpoint(tenant: string, endpoint: string): Promise<void> {
    await this.call('POST', `/v1/tenants/${tenant}/endpoints/${endpoint}/enable`);
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post<Answer>(path: string, body: object): Promise<Answer> {
    return this.call('POST', path, body);
  }

  private async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }
}
