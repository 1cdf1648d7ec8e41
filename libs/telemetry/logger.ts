import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

export interface LoggerOptions {
  /** One of pino's levels. */
  level: string;
  /** Which process speaks: api, worker, standalone, cli. */
  process: string;
  /** Where lines go instead of standard output. */
  destination?: DestinationStream;
}

/** Fields that hold credentials wherever they stand; one level of nesting is covered, which is as deep as we log. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'apiKey',
  'key',
  'secret',
  'secrets',
  'password',
  'token',
  'adminKey',
  'encryptionKeys',
];

/** What PostgreSQL says of an error besides its message: a whole row, or the value that it could not read. */
const CONTENT_OF_ERRORS = ['err.detail', 'err.where'];

/**
 * One JSON object a line. Levels have a meaning: in a healthy system nothing is logged as error (someone must act), and
 * what heals by itself is a warning.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { process: options.process, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), ...CONTENT_OF_ERRORS],
        censor: '[redacted]',
      },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  );
}
