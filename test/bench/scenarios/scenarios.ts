import type { ScenarioName } from '../options.js';
import { blackholes } from './blackholes.js';
import { burst } from './burst.js';
import { desk } from './desk.js';
import { fanout } from './fanout.js';
import { history } from './history.js';
import { idle } from './idle.js';
import { replay } from './replay.js';
import type { Scenario } from './scenario.js';
import { steady } from './steady.js';

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  steady,
  idle,
  fanout,
  blackholes,
  burst,
  replay,
  history,
  desk,
};
