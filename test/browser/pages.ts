import type { Stage } from '../support/console-stage.js';

/** A page, how it is come to (below `/console` or `/portal`), and what it must show. */
export interface PageToSee {
  readonly name: string;
  readonly path: (stage: Stage) => string;
  readonly shows: string | RegExp;
}

const endpointTab = (tab: string, shows: string): PageToSee => ({
  name: `endpoint-${tab}`,
  path: ({ tenant, brokenEndpoint }) => `/tenants/${tenant}/endpoints/${brokenEndpoint}?tab=${tab}`,
  shows,
});

const TRAFFIC: readonly PageToSee[] = [
  { name: 'overview', path: () => '/', shows: 'Endpoints in trouble' },
  { name: 'events', path: () => '/events', shows: 'order/4711' },
  { name: 'event', path: ({ event }) => `/events/${event}`, shows: 'As it was published' },
  { name: 'deliveries', path: () => '/deliveries', shows: 'Newest first' },
  { name: 'delivery', path: ({ failedDelivery }) => `/deliveries/${failedDelivery}`, shows: 'Response' },
  { name: 'dead-letters', path: () => '/dead-letters', shows: 'Replay all' },
  { name: 'replays', path: () => '/replays', shows: 'what failed' },
  { name: 'replay', path: ({ replay }) => `/replays/${replay}`, shows: 'Asked by' },
];

const ENDPOINT: readonly PageToSee[] = [
  {
    name: 'endpoint',
    path: ({ tenant, brokenEndpoint }) => `/tenants/${tenant}/endpoints/${brokenEndpoint}`,
    shows: 'Last failure',
  },
  endpointTab('deliveries', 'order.paid'),
  endpointTab('subscriptions', 'New subscription'),
  endpointTab('secrets', 'Signs since'),
  endpointTab('test', 'Send test event'),
  endpointTab('history', 'Diff'),
];

const CATALOG: readonly PageToSee[] = [
  { name: 'event-types', path: () => '/event-types', shows: 'order.placed' },
  { name: 'event-type', path: () => '/event-types/order.placed', shows: 'Example' },
  { name: 'verify', path: () => '/verify', shows: 'In your receiver' },
];

export const CONSOLE_PAGES: readonly PageToSee[] = [
  ...TRAFFIC,
  ...ENDPOINT,
  ...CATALOG,
  { name: 'tenants', path: () => '/tenants', shows: 'Copper Kettle' },
  { name: 'tenant', path: ({ tenant }) => `/tenants/${tenant}`, shows: 'New endpoint' },
  { name: 'api-keys', path: () => '/api-keys', shows: 'Begins with' },
  { name: 'audit-log', path: () => '/audit-log', shows: 'endpoint.created' },
  { name: 'nowhere', path: () => '/no/such/page', shows: 'There is no such page' },
];

export const PORTAL_PAGES: readonly PageToSee[] = [
  ...TRAFFIC,
  ...ENDPOINT,
  ...CATALOG,
  { name: 'endpoints', path: () => '/endpoints', shows: 'New endpoint' },
];
