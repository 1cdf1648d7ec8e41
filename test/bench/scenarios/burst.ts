import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from '../figures/ledgers.js';
import { percentilesOf, type Percentiles } from '../figures/percentiles.js';
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
    const ofBurst = ledgers.arrivals.filter(({ cause }) => cause.tag === flood);
    const smallTenant = {
      alone: endToEnd(arrivedIn(ledgers, quiet).filter(isSmall)),
      besideBurst: endToEnd(arrivedIn(ledgers, beside).filter(isSmall)),
      publishMs: percentilesOf(published.map(({ tookMs }) => tookMs)),
      passedBy: passedBy(arrivedIn(ledgers, beside).filter(isSmall), ofBurst),
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
        {
          figure: 'deliveries of the burst made while one waits: p50',
          value: smallTenant.passedBy?.p50 ?? null,
          unit: '',
        },
        {
          figure: 'deliveries of the burst made while one waits: p99',
          value: smallTenant.passedBy?.p99 ?? null,
          unit: '',
        },
      ],
    };
  },
};

/**
 * How many others arrive between the acceptance of an event and its arrival. That tells who goes before whom, however fast
 * the machine is just then.
 */
function passedBy(arrivals: readonly Arrival[], others: readonly Arrival[]): Percentiles | null {
  const times = Float64Array.from(others, ({ atMs }) => atMs).sort();
  return percentilesOf(
    arrivals.map(({ atMs, cause }) => countUntil(times, atMs) - countUntil(times, cause.atMs + cause.tookMs)),
  );
}

/** How many of the times, which are in order, lie before `ms`. */
function countUntil(times: Float64Array, ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
