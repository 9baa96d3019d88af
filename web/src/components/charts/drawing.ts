import type { ECBasicOption } from 'echarts/types/dist/shared';
import { formatAxisTime } from '@/lib/format';
import type { Theme } from '@/lib/theme';
import { MARGIN } from './scale';
import type { ChartSeries } from './time-chart';

interface Input {
  times: readonly number[];
  stepMs: number;
  from: number;
  to: number;
  series: readonly ChartSeries[];
  format: (value: number) => string;
  log: boolean;
  theme: Theme;
}

/** The value of a colour of index.css; canvas cannot read var(). */
function css(name: string): string {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--s-${name}`).trim() || style.getPropertyValue(`--${name}`).trim();
}

/** Points with nothing on either side would not be seen as part of a line. */
function isolated(values: readonly (number | null)[]): Set<number> {
  const alone = new Set<number>();
  values.forEach((value, index) => {
    if (value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null)
      alone.add(index);
  });
  return alone;
}

/** The power of ten below the smallest value: where a logarithmic axis begins. */
function powerBelow(series: readonly ChartSeries[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { values } of series)
    for (const value of values) if (value !== null && value > 0) least = Math.min(least, value);
  return Number.isFinite(least) ? 10 ** Math.floor(Math.log10(least)) : 1;
}

/** The options of ECharts for a chart over time. */
export function drawing({ times, stepMs, from, to, series, format, log }: Input): ECBasicOption {
  const line = css('line');
  const text = css('ink-3');
  const rangeMs = to - from;
  const font = getComputedStyle(document.body).fontFamily;
  return {
    animation: false,
    grid: { ...MARGIN, containLabel: false },
    textStyle: { fontFamily: font },
    xAxis: {
      type: 'time',
      min: from,
      max: to,
      // Bars at the ends are cut instead of squeezing the axis, so that the cursor stands where the time is.
      containShape: false,
      splitNumber: 5,
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
      axisLabel: {
        color: text,
        fontSize: 11,
        hideOverlap: true,
        margin: 7,
        formatter: (value: number) => formatAxisTime(value, rangeMs),
      },
      splitLine: { show: false },
    },
    yAxis: {
      ...(log ? { type: 'log', logBase: 10, min: powerBelow(series) } : { type: 'value', min: 0, splitNumber: 3 }),
      axisLabel: { color: text, fontSize: 11, margin: 8, formatter: (value: number) => format(value) },
      splitLine: { lineStyle: { color: line } },
    },
    series: series.map((item) => {
      const color = css(item.color);
      const middle = (index: number) => (times[index] ?? 0) + stepMs / 2;
      // A logarithm has no 0.
      const data = item.values.map((value, index) => [middle(index), log && value === 0 ? null : value]);
      if (item.kind === 'bar') {
        return {
          type: 'bar',
          name: item.name,
          stack: 'all',
          data,
          barWidth: '72%',
          barMaxWidth: 22,
          itemStyle: { color },
          silent: true,
        };
      }
      const alone = isolated(item.values);
      return {
        type: 'line',
        name: item.name,
        data,
        silent: true,
        symbol: 'circle',
        symbolSize: (_: unknown, point: { dataIndex: number }) => (alone.has(point.dataIndex) ? 4 : 0),
        itemStyle: { color },
        lineStyle: { color, width: item.kind === 'area' ? 1 : 1.75 },
        ...(item.kind === 'area' ? { stack: 'all', areaStyle: { color, opacity: 0.75 } } : {}),
      };
    }),
  };
}
