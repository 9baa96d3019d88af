import { useMemo } from 'react';
import type { HostMeasure, Infrastructure } from '@/api/signals';
import { ChartCard } from '@/components/charts/chart-card';
import type { ChartSeries } from '@/components/charts/time-chart';
import {
  formatCompact,
  formatDuration,
  formatDurationAxis,
  formatPercent,
  formatUsd,
  formatUsdAxis,
  toMs,
  toNumber,
} from '@/lib/format';
import { formatterOf, peakOf } from './words';

type Series = ChartSeries & { total: string };

export interface Chosen {
  from: number;
  to: number;
}

interface Frame {
  times: readonly number[];
  stepMs: number;
  from: number;
  to: number;
  chosen: Chosen | null;
  onZoom: (from: number, to: number) => void;
  onPick: (from: number, to: number) => void;
}

/** The axis that all charts of the page share. */
export function useFrame(answer: Infrastructure, chosen: Chosen | null, onChoose: (chosen: Chosen) => void): Frame {
  const times = useMemo(() => answer.times.map((time) => toMs(time) ?? 0), [answer.times]);
  const choose = (from: number, to: number) => onChoose({ from, to });
  return {
    times,
    stepMs: answer.step_seconds * 1000,
    from: Math.min(toMs(answer.from) ?? 0, times[0] ?? Number.MAX_SAFE_INTEGER),
    to: toMs(answer.to) ?? 0,
    chosen,
    onZoom: choose,
    onPick: choose,
  };
}

const HEIGHT = 150;

/** Latency, errors and cost of the calls of the service. */
export function CallCharts({ answer, frame }: { answer: Infrastructure; frame: Frame }) {
  const { calls } = answer;
  const series = useMemo(() => {
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const cost = calls.cost_usd.map(toNumber);
    const failed = sum(calls.errors);
    const all = sum(calls.calls);
    const latency: Series[] = [
      { name: 'p50', color: 'teal', kind: 'line', values: calls.latency_p50_ms, total: '' },
      { name: 'p95', color: 'blue', kind: 'line', values: calls.latency_p95_ms, total: '' },
    ];
    for (const item of latency) item.total = `up to ${formatDuration(peakOf(item.values))}`;
    const volume: Series[] = [
      {
        name: 'Succeeded',
        color: 'blue',
        kind: 'bar',
        values: calls.calls.map((count, index) => count - (calls.errors[index] ?? 0)),
        total: formatCompact(all - failed),
      },
      { name: 'Failed', color: 'error-bar', kind: 'bar', values: calls.errors, total: formatCompact(failed) },
    ];
    const known = cost.filter((value) => value !== null);
    const money: Series[] = [
      {
        name: 'Cost',
        color: 'amber',
        kind: 'bar',
        values: cost,
        total: formatUsd(known.length > 0 ? sum(known) : null),
      },
    ];
    return { latency, volume, money };
  }, [calls]);
  return (
    <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
      <ChartCard
        title="Latency"
        unit="of its calls"
        series={series.latency}
        format={formatDuration}
        formatAxis={formatDurationAxis}
        height={HEIGHT}
        {...frame}
      />
      <ChartCard
        title="Calls"
        unit="per step"
        series={series.volume}
        format={formatCompact}
        extra={(index) => [{ name: 'Error rate', value: formatPercent(calls.error_rate[index] ?? null) }]}
        height={HEIGHT}
        {...frame}
      />
      <ChartCard
        title="Cost"
        unit="USD per step"
        series={series.money}
        format={formatUsd}
        formatAxis={formatUsdAxis}
        height={HEIGHT}
        {...frame}
      />
    </div>
  );
}

const COLORS = ['violet', 'teal', 'rose', 'moss', 'rust', 'slate', 'sky', 'sand'] as const;

/** One measure of the processes or the host. */
export function HostChart({ measure, frame }: { measure: HostMeasure; frame: Frame }) {
  const format = formatterOf(measure.unit);
  const series = useMemo(
    () =>
      measure.lines.map((line, index): Series => ({
        name: line.line === '' ? measure.title : line.line,
        color: COLORS[index % COLORS.length] ?? 'slate',
        kind: 'line',
        values: line.values,
        total: `up to ${formatterOf(measure.unit)(peakOf(line.values))}`,
      })),
    [measure],
  );
  return (
    <div id={`measure-${measure.name}`} className="min-w-0 scroll-mt-24" title={`From ${measure.metric}`}>
      <ChartCard
        title={measure.title}
        unit={measure.description}
        series={series}
        format={format}
        height={HEIGHT}
        className="h-full"
        {...frame}
      />
    </div>
  );
}
