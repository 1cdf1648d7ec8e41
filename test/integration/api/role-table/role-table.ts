import type { Belongings } from './belongings.js';

/** The callers, one for each character of a row. All ask for objects of the same tenant. */
export const CALLERS = [
  'admin',
  'publisher of these events',
  'publisher of other events',
  'publisher for another tenant',
  'support',
  'tenant',
  'another tenant',
] as const;

export type Caller = (typeof CALLERS)[number];

/**
 * `y`: served, whatever comes of it, and no fault of ours. `-`: 403. `0`: 404, as if what is asked for were not there.
 * `2`: 422, for the body names what is not there for the caller.
 */
export const VERDICTS = ['y', '-', '0', '2'] as const;

export type Verdict = (typeof VERDICTS)[number];

export interface Row {
  /** Method and path, as in the OpenAPI document; with the query, where there must be one. */
  readonly operation: string;
  readonly verdicts: readonly Verdict[];
  /** A body that would be accepted; none unless given. */
  readonly body: (of: Belongings) => Promise<object | undefined> | object | undefined;
}

function row(verdicts: string, operation: string, body: Row['body'] = () => undefined): Row {
  return { operation, verdicts: verdicts.replaceAll(' ', '').split('') as Verdict[], body };
}

const event = ({ tenant }: Belongings): object => ({ tenant: tenant.id, type: 'order.created', data: {} });

/**
 * Who may do what: one row for each operation. In front stands what each caller gets: admin; publishers of these events,
 * of others, and for another tenant; support, tenant and another tenant. Without a key that opens, everyone gets 401.
 */
export const ROLE_TABLE: readonly Row[] = [
  row('y --- ---', 'POST /v1/api-keys', () => ({
    name: 'x',
    role: 'support',
  })),
  row('y --- ---', 'GET /v1/api-keys'),
  row('y --- ---', 'GET /v1/api-keys/{id}'),
  row('y --- ---', 'DELETE /v1/api-keys/{id}'),

  // Whoever asks, signs in as whose key it is.
  row('y yyy yyy', 'POST /v1/session', ({ t }) => ({ key: t.adminKey })),
  row('y yyy yyy', 'GET /v1/session'),
  row('y yyy yyy', 'DELETE /v1/session'),
  row('y --- ---', 'POST /v1/tenants/{tenant}/portal-sessions'),

  row('y --- ---', 'POST /v1/tenants', () => ({ name: 'x' })),
  row('y --- yyy', 'GET /v1/tenants'),
  row('y --- yy0', 'GET /v1/tenants/{tenant}'),
  row('y --- ---', 'PUT /v1/tenants/{tenant}', () => ({ name: 'x' })),
  row('y --- ---', 'PATCH /v1/tenants/{tenant}', () => ({ name: 'x' })),
  row('y --- ---', 'DELETE /v1/tenants/{tenant}'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/pause'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/resume'),

  row('y --- y--', 'GET /v1/audit-log'),

  row('y yyy yyy', 'GET /v1/event-types'),
  row('y --- ---', 'PUT /v1/event-types/{name}', () => ({ description: 'x' })),
  row('y yyy yyy', 'GET /v1/event-types/{name}'),
  row('y --- ---', 'PATCH /v1/event-types/{name}', () => ({ description: 'y' })),
  row('y --- ---', 'DELETE /v1/event-types/{name}'),

  row('y --- -y0', 'POST /v1/tenants/{tenant}/endpoints', (of) => ({ url: of.url })),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/endpoints'),
  row('y --- -y0', 'PUT /v1/tenants/{tenant}/endpoints/{endpoint}', (of) => ({ url: of.url })),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/endpoints/{endpoint}'),
  row('y --- -y0', 'PATCH /v1/tenants/{tenant}/endpoints/{endpoint}', () => ({ description: 'x' })),
  row('y --- -y0', 'DELETE /v1/tenants/{tenant}/endpoints/{endpoint}'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/pause'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/resume'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/enable'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/disable'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/test'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/check'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/verify'),
  row('y --- yy0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/reconcile', () => ({
    since: '2026-01-01T00:00:00Z',
    ids: [],
  })),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/endpoints/{endpoint}/health'),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/endpoints/{endpoint}/versions'),
  row('y --- -y0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/versions/{version}/restore'),
  row('y --- -y0', 'GET /v1/tenants/{tenant}/endpoints/{endpoint}/secrets'),
  row('y --- -y0', 'POST /v1/tenants/{tenant}/endpoints/{endpoint}/secrets/rotate'),
  row('y --- -y0', 'DELETE /v1/tenants/{tenant}/endpoints/{endpoint}/secrets/{secret}'),

  row('y --- -y0', 'POST /v1/tenants/{tenant}/subscriptions', async (of) => {
    return { endpoint: await of.id('endpoint'), eventTypes: ['*'] };
  }),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/subscriptions'),
  row('y --- yy0', 'GET /v1/tenants/{tenant}/subscriptions/{subscription}'),
  row('y --- -y0', 'PATCH /v1/tenants/{tenant}/subscriptions/{subscription}', () => ({ enabled: false })),
  row('y --- -y0', 'DELETE /v1/tenants/{tenant}/subscriptions/{subscription}'),

  row('y yy2 ---', 'POST /v1/events', event),
  // Of a batch each event is answered for itself.
  row('y yyy ---', 'POST /v1/events/batch', (of) => ({ events: [event(of)] })),
  row('y yyy yyy', 'GET /v1/events'),
  row('y yy0 yy0', 'GET /v1/tenants/{tenant}/events'),
  row('y y00 yy0', 'GET /v1/events/{event}'),
  row('y y00 yy0', 'POST /v1/events/{event}/cancel'),
  row('y --- ---', 'DELETE /v1/events/{event}/payload'),
  row('y y00 yy0', 'GET /v1/events/{event}/explain'),
  row('y --- yy0', 'POST /v1/events/{event}/explain-links'),

  row('y yyy yyy', 'GET /v1/deliveries'),
  row('y --- y--', 'POST /v1/deliveries/pause'),
  row('y --- y--', 'POST /v1/deliveries/resume'),
  row('y y00 yy0', 'GET /v1/deliveries/{delivery}'),
  row('y y00 yy0', 'GET /v1/deliveries/{delivery}/attempts'),
  row('y --- yy0', 'POST /v1/deliveries/{delivery}/replay'),
  row('y --- yy0', 'POST /v1/deliveries/{delivery}/cancel'),
  row('y y00 yy0', 'GET /v1/attempts/{attempt}'),
  row('y y00 yy0', 'GET /v1/attempts/{attempt}/curl'),

  row('y yyy yyy', 'GET /v1/dead-letters'),
  row('y yyy yyy', 'GET /v1/dead-letters/groups'),
  row('y y00 yy0', 'GET /v1/dead-letters/{deadLetter}'),
  row('y --- yy0', 'POST /v1/dead-letters/{deadLetter}/replay'),
  row('y --- yy0', 'POST /v1/dead-letters/{deadLetter}/discard'),
  row('y --- yy2', 'POST /v1/dead-letters/discard', ({ tenant }) => ({
    tenant: tenant.id,
  })),

  row('y --- yy2', 'POST /v1/replays', ({ tenant }) => ({ tenant: tenant.id, select: 'failed' })),
  row('y --- yyy', 'GET /v1/replays'),
  row('y --- yy0', 'GET /v1/replays/{replay}'),
  row('y --- yy0', 'POST /v1/replays/{replay}/cancel'),

  row('y --- yy2', 'POST /v1/signature-checks', async (of) => ({
    endpoint: await of.id('endpoint'),
    headers: {},
    body: '',
  })),

  row('y yyy yyy', 'GET /v1/search?q=order.created'),
  row('y yyy yyy', 'GET /v1/stats'),
  row('y --- yyy', 'GET /v1/live'),
  row('y --- yyy', 'GET /v1/stats/overview'),
  row('y yyy yyy', 'GET /v1/egress-addresses'),
];
