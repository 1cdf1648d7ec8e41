import type { OwnPorts } from './own-ports.js';

/** The levels of pino, from silence to everything. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** One key of the encryption ring: 32 bytes for AES-256, under the id that sealed values name it by. */
export type EncryptionKey = readonly [id: string, key: Buffer];

/**
 * Everything this process was told by its environment: read once, checked, frozen. Each room takes its own slice. An
 * abstract class rather than an interface, so that it is also the token under which it is injected.
 */
export abstract class Config {
  readonly database: {
    readonly url: string;
    /** A session connection: LISTEN, migrations, the queue when it is on PostgreSQL. */
    readonly directUrl: string;
  };
  readonly queue: {
    /** Where the queue lives; the database itself unless told otherwise. */
    readonly url: string;
  };
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Null: `/metrics` is served beside the API. */
    readonly metricsPort: number | null;
    /** Origin (and path) that links in answers begin with; null: taken from the request. */
    readonly publicUrl: string | null;
    /** Networks whose forwarded headers count. */
    readonly trustedProxies: readonly string[];
    readonly portalOrigins: readonly string[];
  };
  readonly access: {
    /** The first admin key, as the operator chose it. */
    readonly adminKey: string | null;
    /** That one key may make of one process; 0: any number. */
    readonly requestsPerSecond: number;
    /** Failed authentications of one address; 0: any number. */
    readonly failuresPerMinute: number;
  };
  readonly encryption: {
    /** The first one encrypts, all decrypt. */
    readonly keys: readonly EncryptionKey[];
  };
  readonly embedded: {
    /** Where the embedded PostgreSQL keeps its data. */
    readonly dataDir: string;
  };
  readonly egress: {
    readonly allowHttp: boolean;
    /** CIDRs that may be reached although they are not public. */
    readonly allow: readonly string[];
    /** CIDRs or host patterns refused on top of the built-in list. */
    readonly deny: readonly string[];
    /** Where no delivery may go, whatever is allowed. */
    readonly ownPorts: OwnPorts;
    /** An HTTP CONNECT proxy for deliveries. */
    readonly proxy: string | null;
    /** What tenants are told to allow in their firewalls. */
    readonly addresses: readonly string[];
  };
  readonly delivery: {
    /** Seconds to wait after each failed attempt; one attempt more than there are waits. */
    readonly retryScheduleSeconds: readonly number[];
    /** For the whole exchange, connect to last body byte. */
    readonly requestTimeoutSeconds: number;
    /** Requests in flight per worker process. */
    readonly concurrency: number;
  };
  /** What is refused beyond it, with a code. */
  readonly limits: {
    readonly eventBytes: number;
    readonly metadataBytes: number;
    readonly batchBytes: number;
    readonly batchEvents: number;
    /** Levels of arrays and objects in a body. */
    readonly jsonDepth: number;
    /** Of a tenant whose settings say nothing of it. */
    readonly endpointsPerTenant: number;
    readonly subscriptionsPerEndpoint: number;
    /** Levels of arrays and objects in the filter of a subscription. */
    readonly filterDepth: number;
  };
  readonly retention: {
    /** How long events, deliveries, attempts and dead letters are kept. */
    readonly days: number;
    /** How long the audit log is kept. */
    readonly auditDays: number;
  };
  readonly shutdown: {
    /** How long a stopping process may take to finish what it has begun. */
    readonly seconds: number;
  };
  readonly log: {
    readonly level: LogLevel;
  };
  /** What looks like a variable of ours and is none: most often a typing mistake. Names only. */
  readonly unknownVariables: readonly string[];
}
