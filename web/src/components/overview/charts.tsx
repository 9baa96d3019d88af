import { useMemo } from 'react';
import type { Overview } from '@/api/queries';
import { ChartCard } from '@/components/charts/chart-card';
import { CursorProvider } from '@/components/charts/cursor';
import {
  formatCompact,
  formatDuration,
  formatDurationAxis,
  formatPercent,
  formatUsd,
  formatUsdAxis,
  toMs,
} from '@/lib/format';
import { costOf, otherCost, zeroIfNone, type OverviewSeries } from '@/lib/overview';

interface Props {
  overview: Overview;
  series: OverviewSeries;
  onZoom: (from: number, to: number) => void;
}

export function OverviewCharts({ overview, series, onZoom }: Props) {
  const { totals } = overview;
  const lines = useMemo(() => {
    const cost = overview.totals;
    const other = otherCost(cost) ?? 0;
    return {
      calls: [
        {
          name: 'Succeeded',
          color: 'blue',
          kind: 'bar',
          values: series.of((point) => point.calls - point.errors),
          total: formatCompact(totals.calls - totals.errors),
        },
        {
          name: 'Failed',
          color: 'error-bar',
          kind: 'bar',
          values: series.of((point) => point.errors),
          total: formatCompact(totals.errors),
        },
      ],
      latency: [
        {
          name: 'p50',
          color: 'teal',
          kind: 'line',
          values: series.of((point) => point.duration_ms.p50 ?? null),
          total: formatDuration(totals.duration_ms.p50),
        },
        {
          name: 'p95',
          color: 'blue',
          kind: 'line',
          values: series.of((point) => point.duration_ms.p95 ?? null),
          total: formatDuration(totals.duration_ms.p95),
        },
        {
          name: 'p99',
          color: 'violet',
          kind: 'line',
          values: series.of((point) => point.duration_ms.p99 ?? null),
          total: formatDuration(totals.duration_ms.p99),
        },
      ],
      tokens: [
        {
          name: 'Input',
          color: 'blue',
          kind: 'bar',
          values: series.of((point) => point.tokens.uncached_input),
          total: formatCompact(totals.tokens.uncached_input),
        },
        {
          name: 'Cached',
          color: 'sky',
          kind: 'bar',
          values: series.of((point) => point.tokens.cached_input),
          total: formatCompact(totals.tokens.cached_input),
        },
        {
          name: 'Cache write',
          color: 'violet',
          kind: 'bar',
          values: series.of((point) => point.tokens.cache_write),
          total: formatCompact(totals.tokens.cache_write),
        },
        {
          name: 'Output',
          color: 'amber',
          kind: 'bar',
          values: series.of((point) => Math.max(0, point.tokens.output - point.tokens.reasoning)),
          total: formatCompact(totals.tokens.output - totals.tokens.reasoning),
        },
        {
          name: 'Reasoning',
          color: 'sand',
          kind: 'bar',
          values: series.of((point) => point.tokens.reasoning),
          total: formatCompact(totals.tokens.reasoning),
        },
      ],
      cost: [
        {
          name: 'Input',
          color: 'blue',
          kind: 'bar',
          values: series.of((point) => zeroIfNone(costOf.input(point))),
          total: formatUsd(totals.cost_usd.input),
        },
        {
          name: 'Output',
          color: 'amber',
          kind: 'bar',
          values: series.of((point) => zeroIfNone(costOf.output(point))),
          total: formatUsd(totals.cost_usd.output),
        },
        ...(other > 0
          ? [
              {
                name: 'Fees and unsplit',
                color: 'slate',
                kind: 'bar' as const,
                values: series.of((point) => zeroIfNone(otherCost(point))),
                total: formatUsd(other),
              },
            ]
          : []),
      ],
    } satisfies Record<string, Parameters<typeof ChartCard>[0]['series']>;
  }, [overview, series, totals]);

  const frame = {
    times: series.times,
    stepMs: series.stepMs,
    from: Math.min(toMs(overview.from) ?? 0, series.times[0] ?? Number.MAX_SAFE_INTEGER),
    to: toMs(overview.to) ?? 0,
    onZoom,
  };
  const errorShare = (index: number) => {
    const failed = lines.calls[1]?.values[index] ?? 0;
    const all = failed + (lines.calls[0]?.values[index] ?? 0);
    return [{ name: 'Error rate', value: formatPercent(all > 0 ? failed / all : null) }];
  };
  const sum =
    (list: readonly { values: readonly (number | null)[] }[], format: (value: number) => string) => (index: number) => [
      { name: 'Total', value: format(list.reduce((total, item) => total + (item.values[index] ?? 0), 0)) },
    ];
  return (
    <CursorProvider>
      <div className="grid gap-3 lg:grid-cols-2">
        <ChartCard
          title="Calls"
          unit={`per ${stepName(series.stepMs)}`}
          series={lines.calls}
          format={formatCompact}
          extra={errorShare}
          {...frame}
        />
        <ChartCard
          title="Latency"
          unit="of a call"
          series={lines.latency}
          format={formatDuration}
          formatAxis={formatDurationAxis}
          mayBeLog
          {...frame}
        />
        <ChartCard
          title="Tokens"
          unit={`per ${stepName(series.stepMs)}`}
          series={lines.tokens}
          format={formatCompact}
          extra={sum(lines.tokens, formatCompact)}
          {...frame}
        />
        <ChartCard
          title="Cost"
          unit={`USD per ${stepName(series.stepMs)}`}
          series={lines.cost}
          format={formatUsd}
          formatAxis={formatUsdAxis}
          extra={sum(lines.cost, formatUsd)}
          {...frame}
        />
      </div>
    </CursorProvider>
  );
}

function stepName(stepMs: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  for (const [ms, name] of units) {
    if (stepMs % ms === 0) return stepMs === ms ? name : `${stepMs / ms} ${name}s`;
  }
  return `${stepMs} ms`;
}
