import type { AdminApi } from '../../rig/admin-api.js';
import { type Percentiles, percentilesOf } from '../figures/percentiles.js';
import type { DeskRoute, Sample } from './desk-routes.js';

/** Milliseconds until the whole answer is there: the first time that each object is asked for, and the second time. */
export interface DeskTimes {
  readonly cold: Percentiles;
  readonly warm: Percentiles;
}

/** Asks for everything with every sample, twice over: each route once with each before the next sample's turn. */
export async function timeDesk(
  api: AdminApi,
  routes: readonly DeskRoute[],
  samples: readonly Sample[],
): Promise<Map<DeskRoute, DeskTimes>> {
  const cold = await timeOnce(api, routes, samples);
  const warm = await timeOnce(api, routes, samples);
  return new Map(
    routes.map((route) => [route, { cold: percentilesOf(cold.get(route)!)!, warm: percentilesOf(warm.get(route)!)! }]),
  );
}

async function timeOnce(
  api: AdminApi,
  routes: readonly DeskRoute[],
  samples: readonly Sample[],
): Promise<Map<DeskRoute, number[]>> {
  const times = new Map<DeskRoute, number[]>(routes.map((route) => [route, []]));
  for (const sample of samples) {
    for (const route of routes) {
      const { path, body } = route.request(sample);
      const startedMs = performance.now();
      await (body === undefined ? api.get(path) : api.post(path, body));
      times.get(route)!.push(performance.now() - startedMs);
    }
  }
  return times;
}
