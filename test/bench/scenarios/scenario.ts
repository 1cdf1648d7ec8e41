import type { Result } from '../report/result.js';
import type { Stage } from '../stage.js';

export interface Scenario {
  /** Events per publish, unless the command line says otherwise. */
  batch: number;
  run(stage: Stage, batch: number): Promise<Result>;
}
