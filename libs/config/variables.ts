import { z } from 'zod';
import { LOG_LEVELS } from './config.js';
import * as read from './readers.js';

interface Variable<Schema extends z.ZodType> {
  /** How its text is read and checked. */
  schema: Schema;
  /** The text that stands for it when it is not set; null: there is no value then. */
  fallback: string | null;
  /** What the reference says in place of the fallback. */
  shown?: string;
  /** One sentence for the reference. */
  meaning: string;
}

const variable = <Schema extends z.ZodType>(definition: Variable<Schema>): Variable<Schema> => definition;

const POSTGRES_URL = read.urlOf(['postgres', 'postgresql'], 'postgres://user:password@host:5432/posthorn');

/** Every variable there is. docs/configuration.md is made from this table, in this order. */
export const VARIABLES = {
  DATABASE_URL: variable({
    schema: POSTGRES_URL,
    fallback: null,
    shown: 'embedded PostgreSQL',
    meaning: 'PostgreSQL 14 or newer; PgBouncer in transaction mode is fine.',
  }),
  DATABASE_DIRECT_URL: variable({
    schema: POSTGRES_URL,
    fallback: null,
    shown: '`DATABASE_URL`',
    meaning: 'A session connection to the same database: LISTEN, migrations, and the queue when it is on PostgreSQL.',
  }),
  QUEUE_URL: variable({
    schema: read.queueUrl,
    fallback: null,
    shown: 'the database',
    meaning:
      'Where the queue lives: `redis://…`, `rediss://…`, a cluster as `redis://h1:p1,h2:p2`, Sentinel as `redis+sentinel://…/master`, or `postgres://…`.',
  }),
  HOST: variable({ schema: read.text, fallback: '127.0.0.1', meaning: 'Address that API and console listen on.' }),
  PORT: variable({ schema: read.port, fallback: '4400', meaning: 'Port of API and console; 0 takes a free one.' }),
  METRICS_PORT: variable({
    schema: read.port,
    fallback: null,
    shown: 'beside the API',
    meaning: 'Moves `/metrics` to a port of its own.',
  }),
  POSTHORN_PUBLIC_URL: variable({
    schema: read.publicUrl,
    fallback: null,
    shown: 'from the request',
    meaning: 'What links in answers and in the portal begin with.',
  }),
  POSTHORN_TRUST_PROXY: variable({
    schema: read.cidrs,
    fallback: '',
    shown: 'off',
    meaning: 'Networks (CIDR, comma-separated) whose forwarded headers count.',
  }),
  POSTHORN_ADMIN_KEY: variable({
    schema: read.adminKey,
    fallback: null,
    shown: 'embedded: generated on first boot',
    meaning: 'The first admin API key: any text of at least 16 characters.',
  }),
  POSTHORN_ENCRYPTION_KEYS: variable({
    schema: read.encryptionKeys,
    fallback: null,
    shown: 'embedded: generated; else required',
    meaning: '`id:base64key[,id:base64key…]`, 32 bytes each: the first one encrypts, all decrypt.',
  }),
  POSTHORN_DATA_DIR: variable({
    schema: read.text,
    fallback: '.posthorn',
    meaning: 'Where the embedded PostgreSQL and the generated keys are kept.',
  }),
  POSTHORN_ALLOW_HTTP: variable({
    schema: read.flag,
    fallback: 'off',
    meaning: 'Accepts endpoints with `http://` URLs (the demo sets it).',
  }),
  POSTHORN_EGRESS_ALLOW: variable({
    schema: read.cidrs,
    fallback: '',
    shown: 'empty',
    meaning:
      "Networks (CIDR, comma-separated) that may be reached although they are not public; the platform's own ports stay closed.",
  }),
  POSTHORN_EGRESS_DENY: variable({
    schema: read.cidrsOrHosts,
    fallback: '',
    shown: 'empty',
    meaning: 'Networks or host patterns refused on top of the built-in list; wins over what is allowed.',
  }),
  POSTHORN_EGRESS_PROXY: variable({
    schema: read.urlOf(['http', 'https'], 'http://proxy.example.com:3128'),
    fallback: null,
    shown: 'none',
    meaning: 'HTTP CONNECT proxy for deliveries.',
  }),
  POSTHORN_EGRESS_ADDRESSES: variable({
    schema: read.addresses,
    fallback: '',
    shown: 'empty',
    meaning: 'What `GET /v1/egress-addresses` tells tenants for their allow lists.',
  }),
  POSTHORN_RETRY_SCHEDULE: variable({
    schema: read.schedule,
    fallback: '5,300,1800,7200,18000,36000,50400,72000,86400',
    meaning:
      'Seconds between attempts; the first attempt is immediate. The sum must stay below `POSTHORN_RETENTION_DAYS`.',
  }),
  POSTHORN_REQUEST_TIMEOUT: variable({
    schema: read.integer(1, 60),
    fallback: '15',
    meaning: 'Seconds for the whole exchange, connect to last body byte; 1 to 60.',
  }),
  POSTHORN_RETENTION_DAYS: variable({
    schema: read.integer(1, 3_650),
    fallback: '30',
    meaning:
      'How long events, deliveries, attempts and dead letters are kept, in days (whole ones, UTC: up to 25 hours more). What is still open by then dies as `expired`.',
  }),
  POSTHORN_KEY_REQUESTS_PER_SECOND: variable({
    schema: read.integer(0, 1_000_000),
    fallback: '0',
    shown: 'unlimited',
    meaning: 'Requests a second that one API key may make of one process; more are answered 429. 0: any number.',
  }),
  POSTHORN_FAILED_AUTH_PER_MINUTE: variable({
    schema: read.integer(0, 1_000_000),
    fallback: '60',
    meaning:
      'How often one address may present keys that do not open before it is answered 429, in each process. 0: any number.',
  }),
  POSTHORN_AUDIT_RETENTION_DAYS: variable({
    schema: read.integer(1, 36_500),
    fallback: '365',
    meaning: 'How long the audit log is kept, in days.',
  }),
  POSTHORN_MAX_EVENT_BYTES: variable({
    schema: read.integer(1_024, 16_777_216),
    fallback: '1048576',
    meaning: 'Bytes that one event may have, as it is published.',
  }),
  POSTHORN_MAX_METADATA_BYTES: variable({
    schema: read.integer(64, 1_048_576),
    fallback: '16384',
    meaning: "Bytes that an event's metadata may have.",
  }),
  POSTHORN_MAX_BATCH_BYTES: variable({
    schema: read.integer(1_024, 67_108_864),
    fallback: '8388608',
    meaning: 'Bytes that a batch of events may have.',
  }),
  POSTHORN_MAX_BATCH_EVENTS: variable({
    schema: read.integer(1, 10_000),
    fallback: '1000',
    meaning: 'Events that a batch may hold.',
  }),
  POSTHORN_MAX_JSON_DEPTH: variable({
    schema: read.integer(2, 500),
    fallback: '100',
    meaning: 'Levels of arrays and objects within one another that a body may have.',
  }),
  POSTHORN_MAX_ENDPOINTS: variable({
    schema: read.integer(0, 1_000_000),
    fallback: '1000',
    meaning: 'Endpoints that a tenant may have unless its `settings.maxEndpoints` says otherwise.',
  }),
  POSTHORN_MAX_SUBSCRIPTIONS: variable({
    schema: read.integer(1, 10_000),
    fallback: '100',
    meaning: 'Subscriptions that an endpoint may have.',
  }),
  POSTHORN_MAX_FILTER_DEPTH: variable({
    schema: read.integer(1, 50),
    fallback: '10',
    meaning: "Levels of arrays and objects within one another that a subscription's filter may have.",
  }),
  POSTHORN_WORKER_CONCURRENCY: variable({
    schema: read.integer(1, 10_000),
    fallback: '256',
    meaning: 'Requests in flight per worker process.',
  }),
  POSTHORN_SHUTDOWN_SECONDS: variable({
    schema: read.integer(0, 600),
    fallback: '20',
    meaning: 'How long a stopping process may take to finish what it has begun, in seconds.',
  }),
  POSTHORN_PORTAL_ORIGINS: variable({
    schema: read.origins,
    fallback: '',
    shown: 'none',
    meaning: 'Origins (comma-separated) that may frame the portal.',
  }),
  LOG_LEVEL: variable({
    schema: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }),
    fallback: 'info',
    meaning: `How much is logged: one of ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}.`,
  }),
} as const;

export type VariableName = keyof typeof VARIABLES;

/** What each variable's text becomes; null where nothing is set and there is no fallback. */
export type Values = {
  [Name in VariableName]: (typeof VARIABLES)[Name] extends Variable<infer Schema> ? z.output<Schema> | null : never;
};
