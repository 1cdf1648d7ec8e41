import { round } from '../figures/percentiles.js';
import { loadHistory } from '../history/load-history.js';
import { timeLists } from '../history/time-lists.js';
import { figuresOf, type Row } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MANY_ENDPOINTS, saturating } from './saturation.js';
import type { Scenario } from './scenario.js';

const MOST_CPU_RATIO = 1.2;
const MOST_LIST_MS = 50;

/**
 * `steady` twice: on an empty database, and after `--rows` deliveries with their events and attempts were loaded into the
 * past days. The base figures are those of the second time. Then every list is timed.
 */
export const history: Scenario = {
  batch: 100,
  run: async (stage, batch) => {
    const { options, servers, progress } = stage;
    const streams = await stage.openEndpoints(MANY_ENDPOINTS);
    const steadily = async (what: string) => {
      const load = stage.start(saturating(streams, batch));
      await stage.warmUp();
      const measured = await stage.measure(undefined, what);
      await stage.stop(load);
      return { measured, ledgers: await stage.settle() };
    };
    const first = await steadily('on an empty database');
    const startedMs = performance.now();
    await loadHistory(servers.postgres.url, options.rows, servers.folder, progress);
    const loadSeconds = round((performance.now() - startedMs) / 1_000, 1);
    progress.say(`history: ${options.rows.toLocaleString('en-US')} deliveries loaded in ${loadSeconds} s`);
    const second = await steadily('on a full database');
    progress.say('history: timing the lists');
    const listMs = await timeLists(stage.admin);

    const [empty, figures] = [figuresOf(first.ledgers, first.measured), figuresOf(second.ledgers, second.measured)];
    const cpuRatio = round(figures.cpuMicrosPerDelivery.total / empty.cpuMicrosPerDelivery.total, 3);
    const { deliveriesPerSecond, cpuMicrosPerDelivery, endToEndMs } = empty;
    const emptyDatabase = { deliveriesPerSecond, cpuMicrosPerDelivery, endToEndMs };
    return {
      figures,
      extras: { rows: options.rows, loadSeconds, emptyDatabase, cpuRatio, listMs },
      rows: [
        ...commonRows(figures, options, batch),
        { figure: 'empty database: deliveries a second', value: deliveriesPerSecond, unit: '/s' },
        { figure: 'empty database: CPU per delivery', value: cpuMicrosPerDelivery.total, unit: 'µs' },
        { figure: 'CPU per delivery, of that', value: cpuRatio, unit: '', limit: { atMost: MOST_CPU_RATIO } },
        ...Object.entries(listMs).map(
          ([name, { p95 }]): Row => ({
            figure: `${name} p95`,
            value: p95,
            unit: 'ms',
            limit: { atMost: MOST_LIST_MS },
          }),
        ),
      ],
    };
  },
};
