import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from '../figures/ledgers.js';
import { percentilesOf, type Percentiles } from '../figures/percentiles.js';
import type { Entry } from '../ledger-file.js';
import { arrivedIn, endToEnd, figuresOf, type Row } from '../report/result.js';
import { commonRows } from '../report/rows.js';
import type { Stream } from '../publisher/publisher-messages.js';
import type { Stage } from '../stage.js';
import { connectionsFor, saturating } from './saturation.js';
import type { Scenario } from './scenario.js';

const BURST_EVENTS = 50_000;
const PER_SECOND = 20;

/**
 * One tenant publishes 50,000 events at once while another publishes 20 a second: what the small one notices. First it is
 * alone, for as long as `--seconds` says; then the burst is measured, to its last delivery. Before both the processes have
 * been busy, as in `steady`: what a program does in its first seconds is compiling, and a burst seldom meets a new one.
 */
export const burst: Scenario = {
  batch: 100,
  run: async (stage, batch) => {
    const [big, small] = await stage.openEndpoints({ count: 2, tenants: 2 });
    const trickle = stage.start({ kind: 'paced', streams: [small!], perSecond: PER_SECOND });
    await warmUpUnderLoad(stage, big!, batch);
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
    const isOfBurst = ({ tag }: Entry): boolean => tag === flood;
    const smallTenant = {
      alone: endToEnd(arrivedIn(ledgers, quiet).filter(isSmall)),
      besideBurst: endToEnd(arrivedIn(ledgers, beside).filter(isSmall)),
      publishMs: percentilesOf(published.map(({ tookMs }) => tookMs)),
      acceptedMeanwhile: countedMeanwhile(
        published.map(whilePublished),
        ledgers.accepted.filter(isOfBurst).map(answeredAt),
      ),
      deliveredMeanwhile: countedMeanwhile(
        arrivedIn(ledgers, beside).filter(isSmall).map(whileDelivered),
        ledgers.arrivals.filter(({ cause }) => isOfBurst(cause)).map(({ atMs }) => atMs),
      ),
    };
    return {
      figures,
      extras: { burstEvents: BURST_EVENTS, smallTenant },
      rows: [
        ...commonRows(figures, stage.options, batch),
        { figure: 'small tenant alone: end to end p50', value: smallTenant.alone?.p50 ?? null, unit: 'ms' },
        { figure: 'small tenant alone: end to end p99', value: smallTenant.alone?.p99 ?? null, unit: 'ms' },
        { figure: 'small tenant beside the burst: p50', value: smallTenant.besideBurst?.p50 ?? null, unit: 'ms' },
        {
          figure: 'small tenant beside the burst: p99',
          value: smallTenant.besideBurst?.p99 ?? null,
          unit: 'ms',
          limit: { atMost: 250 },
        },
        { figure: 'small tenant beside the burst: publish p99', value: smallTenant.publishMs?.p99 ?? null, unit: 'ms' },
        ...meanwhileRows('events of the burst accepted', smallTenant.acceptedMeanwhile),
        ...meanwhileRows('deliveries of the burst made', smallTenant.deliveredMeanwhile),
      ],
    };
  },
};

async function warmUpUnderLoad(stage: Stage, stream: Stream, batch: number): Promise<void> {
  const load = stage.start(saturating([stream], batch));
  await stage.warmUp();
  await stage.stop(load);
  await stage.arrived();
}

const answeredAt = ({ atMs, tookMs }: Entry): number => atMs + tookMs;

/** From when to when. */
type Span = readonly [number, number];

const whilePublished = (event: Entry): Span => [event.atMs, answeredAt(event)];
const whileDelivered = ({ atMs, cause }: Arrival): Span => [answeredAt(cause), atMs];

/**
 * How much happens to others while one event of the small tenant waits, first for its acceptance and then for its arrival.
 * That tells who goes before whom, however fast the machine is just then.
 */
function countedMeanwhile(spans: readonly Span[], momentsMs: readonly number[]): Percentiles | null {
  const sorted = Float64Array.from(momentsMs).sort();
  return percentilesOf(spans.map(([fromMs, toMs]) => countUntil(sorted, toMs) - countUntil(sorted, fromMs)));
}

function meanwhileRows(what: string, counts: Percentiles | null): Row[] {
  return [
    { figure: `${what} while one event waits: p50`, value: counts?.p50 ?? null, unit: '' },
    { figure: `${what} while one event waits: p99`, value: counts?.p99 ?? null, unit: '' },
  ];
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
