import { DESK_ROUTES, takeSamples } from '../desk/desk-routes.js';
import { fillDesk, isFilled } from '../desk/fill-desk.js';
import { forgetPages } from '../desk/forget-pages.js';
import { timeDesk } from '../desk/time-desk.js';
import { figuresOf, type Row } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { MANY_ENDPOINTS } from './saturation.js';
import type { Scenario } from './scenario.js';

const SAMPLES = 20;
const PER_SECOND = 20;

/** A page that nobody has looked at for long has to be read from disk: it is given longer. */
const MOST_COLD_MS = 1_000;

/**
 * What a support desk waits for, on a database that holds `--rows` deliveries, beside 20 events a second: each page of the
 * console with its filters, of {@link SAMPLES} objects, first with nothing of the database in memory and then once more.
 */
export const desk: Scenario = {
  batch: 1,
  run: async (stage, batch) => {
    const { servers, progress, options } = stage;
    if (!(await isFilled(servers.postgres.rows))) await fillDesk(stage, servers.home);
    const streams = await stage.openEndpoints(MANY_ENDPOINTS);
    const samples = await takeSamples(stage.admin, SAMPLES);
    await forgetPages(servers, progress);
    const load = stage.start({ kind: 'paced', streams, perSecond: PER_SECOND });
    const timed = timeDesk(stage.admin, DESK_ROUTES, samples);
    timed.catch(() => undefined); // whoever measures hears of it
    const measured = await stage.measure(timed, 'timing what the desk asks for');
    const times = await timed;
    await stage.stop(load);
    const figures = figuresOf(await stage.settle(), measured);
    const deskMs = Object.fromEntries([...times].map(([{ name }, { cold, warm }]) => [name, { cold, warm }]));
    return {
      figures,
      extras: { rows: options.rows, deskMs },
      rows: [
        ...commonRows(figures, options, batch),
        ...[...times].flatMap(([{ name, limitMs }, { cold, warm }]): Row[] => [
          { figure: `${name} p50`, value: warm.p50, unit: 'ms' },
          { figure: `${name} p95`, value: warm.p95, unit: 'ms', limit: { atMost: limitMs } },
          { figure: `${name} p95, cold`, value: cold.p95, unit: 'ms', limit: { atMost: MOST_COLD_MS } },
        ]),
      ],
    };
  },
};
