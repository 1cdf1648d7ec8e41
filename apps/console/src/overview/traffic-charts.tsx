import { Chart } from '../ui/chart.js';
import { toDuration } from '../ui/time.js';
import type { Stats } from './stats.js';
import classes from './overview.module.css';

const count = (value: number): string =>
  Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
const percent = (value: number): string => `${Math.round(value)} %`;

/** Throughput, success and latency over time. */
export function TrafficCharts({ stats }: { stats: Stats }) {
  const { data, total } = stats;
  const times = data.map(({ start }) => Date.parse(start) / 1_000);
  return (
    <div className={classes.charts}>
      <Chart
        title={`Deliveries each ${stats.bucket}`}
        summary={`${total.delivered} delivered, ${total.failed} attempts failed`}
        times={times}
        format={count}
        series={[
          { label: 'delivered', color: '--c-good-mark', kind: 'bars', values: data.map(({ delivered }) => delivered) },
          { label: 'failed attempts', color: '--c-bad-mark', kind: 'line', values: data.map(({ failed }) => failed) },
        ]}
      />
      <Chart
        title="Success rate"
        summary={total.successRate === null ? 'nothing was sent' : percent(total.successRate * 100)}
        times={times}
        format={percent}
        max={104}
        series={[
          {
            label: 'of all attempts',
            color: '--c-busy-mark',
            kind: 'area',
            values: data.map(({ successRate }) => (successRate === null ? null : successRate * 100)),
          },
        ]}
      />
      <Chart
        title="Latency of an attempt"
        summary={total.latencyMs.p50 === null ? 'nothing was sent' : `half within ${toDuration(total.latencyMs.p50)}`}
        times={times}
        format={toDuration}
        series={[
          { label: 'p50', color: '--c-good-mark', values: data.map(({ latencyMs }) => latencyMs.p50) },
          { label: 'p95', color: '--c-warn-mark', values: data.map(({ latencyMs }) => latencyMs.p95) },
          { label: 'p99', color: '--c-bad-mark', values: data.map(({ latencyMs }) => latencyMs.p99) },
        ]}
      />
    </div>
  );
}
