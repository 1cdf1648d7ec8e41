import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import classes from './chart.module.css';
import { toMoment } from './time.js';

export interface Series {
  readonly label: string;
  /** A variable of tokens.css. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly kind?: 'area' | 'bars' | 'line';
}

interface ChartProps {
  readonly title: string;
  /** What it shows, in words, for those who do not see it. */
  readonly summary: string;
  /** Starts of the buckets, in seconds. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly height?: number;
  /** The top of the scale, where there is one. */
  readonly max?: number;
}

/** Values over time. The legend shows what is under the pointer. */
export function Chart({ title, summary, times, series, format, height = 168, max }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const { colorScheme } = useMantineColorScheme();
  const shape = series.map(({ label, kind }) => `${label} ${kind}`).join();
  const data = [times, ...series.map(({ values }) => values)] as unknown as UPlot.AlignedData;
  const latest = useRef({ data, series, format, max });
  useEffect(() => {
    latest.current = { data, series, format, max };
  });

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const { data, series, format, max } = latest.current;
    plot.current = new UPlot(toOptions(element, height, series, format, max), data, element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, height, colorScheme]);

  useEffect(() => {
    plot.current?.setData(latest.current.data);
  }, [times]);

  return (
    <figure className={classes.chart}>
      <figcaption>
        <b>{title}</b>
        {series.map(({ label, color }) => (
          <span key={label}>
            <i style={{ background: `var(${color})` }} />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={host} role="img" aria-label={`${title}: ${summary}`} />
    </figure>
  );
}

function toOptions(
  element: HTMLElement,
  height: number,
  series: readonly Series[],
  format: (value: number) => string,
  max: number | undefined,
): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const paint = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: paint('--c-quiet'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: paint('--c-line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_plot, low, high) => [Math.min(0, low ?? 0), max ?? Math.max(1, (high ?? 0) * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, space: 64, values: (_plot, times) => toTimeLabels(times) },
      { ...axis, size: 52, space: 36, values: (_plot, values) => values.map((value) => format(value)) },
    ],
    series: [
      {},
      ...series.map(({ label, color, kind = 'line' }) => ({
        label,
        stroke: paint(color),
        width: kind === 'bars' ? 0 : 1.6,
        ...(kind === 'line' ? {} : { fill: `${paint(color)}${kind === 'bars' ? 'cc' : '22'}` }),
        ...(kind === 'bars' ? { paths: UPlot.paths.bars!({ size: [0.7, 24] }) } : {}),
        points: { show: kind !== 'bars', size: 4, filter: alone },
        spanGaps: false,
      })),
    ],
    plugins: [tooltip(series, format)],
  };
}

/** A value between two times without one: it would not be seen as a line, and so is a point. */
function alone(plot: UPlot, series: number): number[] {
  const values = plot.data[series] ?? [];
  return [...values.keys()].filter((at) => values[at] != null && values[at - 1] == null && values[at + 1] == null);
}

/** Hours and minutes; days where there are no others. */
function toTimeLabels(times: readonly number[]): string[] {
  return times.map((time) => {
    const moment = new Date(time * 1_000);
    const isDay = moment.getHours() === 0 && moment.getMinutes() === 0;
    return isDay
      ? moment.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
      : `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`;
  });
}

/** What is under the pointer, in words. */
function tooltip(series: readonly Series[], format: (value: number) => string): UPlot.Plugin {
  const box = document.createElement('div');
  box.className = classes['tooltip'] ?? '';
  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor: (plot) => {
        const { idx, left } = plot.cursor;
        const time = idx == null ? null : plot.data[0][idx];
        box.hidden = time == null || left === undefined || left < 0;
        if (box.hidden || idx == null) return;
        const lines = series.map(({ label }, at) => {
          const value = plot.data[at + 1]?.[idx];
          return `${label}: ${value == null ? '–' : format(value)}`;
        });
        box.textContent = [toMoment(new Date(time! * 1_000).toISOString()), ...lines].join('\n');
        const isLeft = left! > plot.over.clientWidth / 2;
        box.style.left = isLeft ? '' : `${left! + 12}px`;
        box.style.right = isLeft ? `${plot.over.clientWidth - left! + 12}px` : '';
      },
    },
  };
}
