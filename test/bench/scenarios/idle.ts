import { figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MANY_ENDPOINTS } from './saturation.js';
import type { Scenario } from './scenario.js';

const PER_SECOND = 20;

/** Hardly anything to do: 20 events a second, one by one, and how long each takes to arrive. */
export const idle: Scenario = {
  batch: 1,
  run: async (stage, batch) => {
    const streams = await stage.openEndpoints(MANY_ENDPOINTS);
    const load = stage.start({ kind: 'paced', streams, perSecond: PER_SECOND });
    await stage.warmUp();
    const measured = await stage.measure();
    await stage.stop(load);
    const figures = figuresOf(await stage.settle(), measured);
    return { figures, extras: {}, rows: commonRows(figures, stage.options, batch) };
  },
};
