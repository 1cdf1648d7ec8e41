import type { Cleanup } from '../rig/cleanup.js';
import type { BenchOptions } from './options.js';
import type { Progress } from '../rig/progress.js';
import type { Result } from './report/result.js';
import { writeStatements } from './report/write-profile.js';
import { SCENARIOS } from './scenarios/scenarios.js';
import { startServers } from './servers/servers.js';
import { Stage } from './stage.js';

/** Starts everything, plays the scenario and answers what it found. What was started is left to the clean-up. */
export async function runBench(options: BenchOptions, progress: Progress, cleanup: Cleanup): Promise<Result> {
  const scenario = SCENARIOS[options.scenario];
  progress.say(`${options.scenario}: starting PostgreSQL, ${options.queue === 'redis' ? 'Redis, ' : ''}API and worker`);
  const servers = await cleanup.hold(startServers(options, cleanup));
  const stage = new Stage(options, servers, progress, cleanup);
  const result = await scenario.run(stage, options.batch ?? scenario.batch);
  await writeStatements(options, servers);
  progress.clear();
  return result;
}
