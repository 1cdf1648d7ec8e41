/** The part of a logger (pino's shape) that this room writes to. */
export interface QueueLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

const nothing = () => {};

export const SILENT_LOG: QueueLog = { debug: nothing, info: nothing, warn: nothing, error: nothing };
