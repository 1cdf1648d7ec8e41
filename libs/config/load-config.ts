import { readFileSync } from 'node:fs';
import { Config } from './config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { toOwnPorts } from './own-ports.js';
import { type Values, VARIABLES, type VariableName } from './variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /**
   * Variables without which this process cannot work. What is not demanded and not set is empty in the tree: the
   * standalone platform demands nothing, starts its own database, and loads again with what it made.
   */
  requires?: readonly VariableName[];
  /** What stands for variables that the environment does not have. */
  supplied?: Partial<Record<VariableName, string>>;
}

const SECONDS_PER_DAY = 86_400;

/**
 * Reads the environment into one frozen tree. `NAME_FILE` gives any variable from a file instead. Throws
 * {@link ConfigError} with everything that is missing or wrong.
 */
export function loadConfig(given: Environment = process.env, options: LoadOptions = {}): Config {
  const { requires = ['DATABASE_URL', 'POSTHORN_ENCRYPTION_KEYS'], supplied = {} } = options;
  const env = { ...supplied, ...given };
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    const text = readText(env, name, problems);
    const { schema, fallback } = VARIABLES[name];
    const value = text ?? fallback;
    if (value === null) {
      if (requires.includes(name) && !problems.some(({ variable }) => variable.startsWith(name))) {
        problems.push({ variable: name, reason: 'is required' });
      }
      values[name] = null;
      continue;
    }
    const result = schema.safeParse(value);
    if (result.success) values[name] = result.data;
    else problems.push({ variable: name, reason: result.error.issues[0]?.message ?? 'is wrong' });
  }
  if (problems.length === 0) problems.push(...contradictions(values as Values));
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(toTree(values as Values, unknownVariables(env)));
}

/** An empty text counts as not set: container platforms cannot always leave a variable out. */
function readText(env: Environment, name: VariableName, problems: ConfigProblem[]): string | null {
  const text = env[name]?.trim() || null;
  const file = env[`${name}_FILE`]?.trim() || null;
  if (!file) return text;
  if (text) {
    problems.push({ variable: `${name}_FILE`, reason: `stands beside ${name}; set one of them` });
    return text;
  }
  try {
    return readFileSync(file, 'utf8').trim() || null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    problems.push({ variable: `${name}_FILE`, reason: `cannot be read (${code}: ${file})` });
    return null;
  }
}

function contradictions(values: Values): ConfigProblem[] {
  const retrySeconds = values.POSTHORN_RETRY_SCHEDULE!.reduce((sum, seconds) => sum + seconds, 0);
  const days = values.POSTHORN_RETENTION_DAYS!;
  if (retrySeconds < days * SECONDS_PER_DAY) return [];
  const reason = `takes ${retrySeconds} seconds in all, which must stay below the ${days} days of POSTHORN_RETENTION_DAYS`;
  return [{ variable: 'POSTHORN_RETRY_SCHEDULE', reason }];
}

function unknownVariables(env: Environment): string[] {
  const known = new Set(Object.keys(VARIABLES).flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(env)
    .filter((name) => name.startsWith('POSTHORN_') && !known.has(name))
    .sort();
}

function toTree(values: Values, unknown: readonly string[]): Config {
  const databaseUrl = values.DATABASE_URL ?? '';
  const directUrl = values.DATABASE_DIRECT_URL ?? databaseUrl;
  return {
    database: { url: databaseUrl, directUrl },
    queue: { url: values.QUEUE_URL ?? directUrl },
    http: {
      host: values.HOST!,
      port: values.PORT!,
      metricsPort: values.METRICS_PORT,
      publicUrl: values.POSTHORN_PUBLIC_URL,
      trustedProxies: values.POSTHORN_TRUST_PROXY!,
      portalOrigins: values.POSTHORN_PORTAL_ORIGINS!,
    },
    access: {
      adminKey: values.POSTHORN_ADMIN_KEY,
      requestsPerSecond: values.POSTHORN_KEY_REQUESTS_PER_SECOND!,
      failuresPerMinute: values.POSTHORN_FAILED_AUTH_PER_MINUTE!,
    },
    encryption: { keys: values.POSTHORN_ENCRYPTION_KEYS ?? [] },
    embedded: { dataDir: values.POSTHORN_DATA_DIR! },
    egress: {
      allowHttp: values.POSTHORN_ALLOW_HTTP!,
      allow: values.POSTHORN_EGRESS_ALLOW!,
      deny: values.POSTHORN_EGRESS_DENY!,
      ownPorts: toOwnPorts([values.PORT, values.METRICS_PORT], [databaseUrl, directUrl, values.QUEUE_URL ?? directUrl]),
      proxy: values.POSTHORN_EGRESS_PROXY,
      addresses: values.POSTHORN_EGRESS_ADDRESSES!,
    },
    delivery: {
      retryScheduleSeconds: values.POSTHORN_RETRY_SCHEDULE!,
      requestTimeoutSeconds: values.POSTHORN_REQUEST_TIMEOUT!,
      concurrency: values.POSTHORN_WORKER_CONCURRENCY!,
    },
    limits: {
      eventBytes: values.POSTHORN_MAX_EVENT_BYTES!,
      metadataBytes: values.POSTHORN_MAX_METADATA_BYTES!,
      batchBytes: values.POSTHORN_MAX_BATCH_BYTES!,
      batchEvents: values.POSTHORN_MAX_BATCH_EVENTS!,
      jsonDepth: values.POSTHORN_MAX_JSON_DEPTH!,
      endpointsPerTenant: values.POSTHORN_MAX_ENDPOINTS!,
      subscriptionsPerEndpoint: values.POSTHORN_MAX_SUBSCRIPTIONS!,
      filterDepth: values.POSTHORN_MAX_FILTER_DEPTH!,
    },
    retention: { days: values.POSTHORN_RETENTION_DAYS!, auditDays: values.POSTHORN_AUDIT_RETENTION_DAYS! },
    shutdown: { seconds: values.POSTHORN_SHUTDOWN_SECONDS! },
    log: { level: values.LOG_LEVEL! },
    unknownVariables: unknown,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}
