import type { Config } from '#config';
import type { Database } from '#database';
import type { Clock, KeyRing } from '#kernel';
import type { DispatchQueue } from '#queue';
import type { Logger, Metrics } from '#telemetry';

/** What the API is built upon. Made by the process (api, standalone, a test), which also closes it. */
export interface ApiDeps {
  config: Config;
  db: Database;
  clock: Clock;
  keyRing: KeyRing;
  logger: Logger;
  metrics: Metrics;
  /** The fast lane; it may be away. */
  queue: DispatchQueue;
  /** The console's built files; where `npm run build` puts them, unless told otherwise. */
  consoleDir?: string;
}
