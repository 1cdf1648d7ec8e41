import { setTimeout as sleep } from 'node:timers/promises';
import { percentilesOf } from '../figures/percentiles.js';
import { arrivedIn, endToEnd, figuresOf } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import { connectionsFor } from './saturation.js';
import type { Scenario } from './scenario.js';

const BURST_EVENTS = 50_000;
const PER_SECOND = 20;

/**
 * One tenant publishes 50,000 events at once while another publishes 20 a second: what the small one notices. First it is
 * alone, for as long as `--seconds` says; then the burst is measured, to its last delivery.
 */
export const burst: Scenario = {
  batch: 100,
  run: async (stage, batch) => {
    const [big, small] = await stage.openEndpoints({ count: 2, tenants: 2 });
    const trickle = stage.start({ kind: 'paced', streams: [small!], perSecond: PER_SECOND });
    await stage.warmUp();
    const quiet = await stage.measure(sleep(stage.options.seconds * 1_000), 'the small tenant alone');
    const connections = connectionsFor(batch);
    const flood = stage.start({ kind: 'flood', streams: [big!], batch, connections, events: BURST_EVENTS });
    const beside = await stage.measure(
      stage.ended(flood).then(() => stage.arrived()),
      'beside the burst',
    );
    await stage.stop(trickle);
    const ledgers = await stage.settle();
    const figures = figuresOf(ledgers, beside);
    const isSmall = ({ cause }: { cause: { tag: number } }): boolean => cause.tag === trickle;
    const published = ledgers.accepted.filter(({ tag, atMs }) => tag === trickle && atMs >= beside.fromMs);
    const smallTenant = {
      alone: endToEnd(arrivedIn(ledgers, quiet).filter(isSmall)),
      besideBurst: endToEnd(arrivedIn(ledgers, beside).filter(isSmall)),
      publishMs: percentilesOf(published.map(({ tookMs }) => tookMs)),
    };
    return {
      figures,
      extras: { burstEvents: BURST_EVENTS, smallTenant },
      rows: [
        ...commonRows(figures, stage.options, batch),
        { figure: 'small tenant alone: end to end p50', value: smallTenant.alone?.p50 ?? null, unit: 'ms' },
        { figure: 'small tenant alone: end to end p99', value: smallTenant.alone?.p99 ?? null, unit: 'ms' },
        { figure: 'small tenant beside the burst: p50', value: smallTenant.besideBurst?.p50 ?? null, unit: 'ms' },
        { figure: 'small tenant beside the burst: p99', value: smallTenant.besideBurst?.p99 ?? null, unit: 'ms' },
        { figure: 'small tenant beside the burst: publish p99', value: smallTenant.publishMs?.p99 ?? null, unit: 'ms' },
      ],
    };
  },
};
