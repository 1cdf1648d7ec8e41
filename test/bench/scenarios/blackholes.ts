import { setTimeout as sleep } from 'node:timers/promises';
import { round } from '../figures/percentiles.js';
import { figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MANY_ENDPOINTS, saturating } from './saturation.js';
import type { Scenario } from './scenario.js';

/**
 * A fifth of the endpoints take requests and never answer. The first half of the run is the same traffic while they still
 * do: the healthy endpoints must hardly notice the difference. Only they are counted and waited for; the base figures are
 * those of the second half.
 */
export const blackholes: Scenario = {
  batch: 100,
  run: async (stage, batch) => {
    const half = (stage.options.seconds * 1_000) / 2;
    const streams = await stage.openEndpoints({ ...MANY_ENDPOINTS, blackholes: MANY_ENDPOINTS.count / 5 });
    const load = stage.start(saturating(interleaved(streams), batch));
    await stage.warmUp();
    const without = await stage.measure(sleep(half), 'all endpoints answer');
    await stage.swallow();
    const during = await stage.measure(sleep(half), 'a fifth never answers');
    await stage.stop(load);
    const ledgers = await stage.settle();
    const [baseline, figures] = [figuresOf(ledgers, without), figuresOf(ledgers, during)];
    const rateRatio = round(figures.deliveriesPerSecond / baseline.deliveriesPerSecond, 3);
    const p99Ratio = round((figures.endToEndMs?.p99 ?? 0) / (baseline.endToEndMs?.p99 ?? 1), 3);
    const { deliveriesPerSecond, endToEndMs, publishMs } = baseline;
    return {
      figures,
      extras: { withoutBlackholes: { deliveriesPerSecond, endToEndMs, publishMs }, healthy: { rateRatio, p99Ratio } },
      rows: [
        ...commonRows(figures, stage.options, batch),
        { figure: 'without black holes: deliveries a second', value: deliveriesPerSecond, unit: '/s' },
        { figure: 'without black holes: end to end p99', value: endToEndMs?.p99 ?? null, unit: 'ms' },
        { figure: 'healthy endpoints: rate, of that without', value: rateRatio, unit: '', limit: { atLeast: 0.9 } },
        { figure: 'healthy endpoints: p99, of that without', value: p99Ratio, unit: '', limit: { atMost: 2 } },
      ],
    };
  },
};

/** Every batch holds the same share of what goes to black holes. */
function interleaved<T>(streams: readonly T[]): T[] {
  const [step, count] = [MANY_ENDPOINTS.count / 5, streams.length];
  return streams.map((_, index) => streams[(index * step + Math.floor((index * step) / count)) % count]!);
}
