import { figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MANY_ENDPOINTS, saturating } from './saturation.js';
import type { Scenario } from './scenario.js';

/** As much as it can take: a closed loop with a bounded number of deliveries under way. */
export const steady: Scenario = {
  batch: 100,
  run: async (stage, batch) => {
    const streams = await stage.openEndpoints(MANY_ENDPOINTS);
    const endSnapshot = stage.options.oldSnapshot ? await stage.holdSnapshot() : null;
    const load = stage.start(saturating(streams, batch));
    await stage.warmUp();
    const measured = await stage.measure();
    await stage.stop(load);
    await endSnapshot?.();
    const figures = figuresOf(await stage.settle(), measured);
    return { figures, extras: {}, rows: commonRows(figures, stage.options, batch) };
  },
};
