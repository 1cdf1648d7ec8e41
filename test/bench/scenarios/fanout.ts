import { figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MAX_OUTSTANDING } from './saturation.js';
import type { Scenario } from './scenario.js';

const ENDPOINTS = 100;
const CONNECTIONS = 16;

/** Each event goes to a hundred endpoints of one tenant. Published singly: that is a hundred deliveries in one go. */
export const fanout: Scenario = {
  batch: 1,
  run: async (stage, batch) => {
    const [first] = await stage.openEndpoints({ count: ENDPOINTS, tenants: 1 });
    const everybody = { ...first!, type: 'bench.all', deliveries: ENDPOINTS };
    const load = stage.start({
      kind: 'closed',
      streams: [everybody],
      batch,
      connections: CONNECTIONS,
      maxOutstanding: MAX_OUTSTANDING,
    });
    await stage.warmUp();
    const measured = await stage.measure();
    await stage.stop(load);
    const figures = figuresOf(await stage.settle(), measured);
    return { figures, extras: { endpoints: ENDPOINTS }, rows: commonRows(figures, stage.options, batch) };
  },
};
