import { useMemo, type ReactNode } from 'react';
import type { QueryAnswer } from '@/api/measures';
import { measureSeries, restOf, type TotalledSeries } from '@/components/analytics/series';
import { ChartCard } from '@/components/charts/chart-card';
import { frameOf, stepName } from '@/lib/answer';
import {
  formatCompact,
  formatDuration,
  formatDurationAxis,
  formatPercent,
  formatUsd,
  formatUsdAxis,
} from '@/lib/format';

interface Props {
  answer: QueryAnswer;
  onZoom: (from: number, to: number) => void;
}

/** More of the tooltip: the sum of what is stacked. */
export function sumLine(list: readonly { values: readonly (number | null)[] }[], format: (value: number) => string) {
  return (index: number) => [
    { name: 'Total', value: format(list.reduce((total, item) => total + (item.values[index] ?? 0), 0)) },
  ];
}

const total = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** What is stacked must not overlap: a part of a whole is taken out of it. */
function restSeries(
  name: string,
  color: string,
  values: (number | null)[],
  format: (value: number) => string,
): TotalledSeries {
  return { name, color, kind: 'bar', values, total: format(total(values)) };
}

export function callSeries(answer: QueryAnswer): TotalledSeries[] {
  const [all, failed] = measureSeries(answer, [
    { measure: 'calls', name: 'Calls', color: 'blue', kind: 'bar' },
    { measure: 'errors', name: 'Failed', color: 'error-bar', kind: 'bar' },
  ]);
  if (!all || !failed) return [];
  return [restSeries('Succeeded', 'blue', restOf(all.values, failed.values), formatCompact), failed];
}

export function latencySeries(answer: QueryAnswer): TotalledSeries[] {
  return measureSeries(answer, [
    { measure: 'latency_p50_ms', name: 'p50', color: 'teal', kind: 'line' },
    { measure: 'latency_p95_ms', name: 'p95', color: 'blue', kind: 'line' },
    { measure: 'latency_p99_ms', name: 'p99', color: 'violet', kind: 'line' },
  ]);
}

export function tokenSeries(answer: QueryAnswer): TotalledSeries[] {
  const parts = measureSeries(answer, [
    { measure: 'uncached_input_tokens', name: 'Input', color: 'blue', kind: 'bar' },
    { measure: 'cached_input_tokens', name: 'Cached', color: 'sky', kind: 'bar' },
    { measure: 'cache_write_tokens', name: 'Cache write', color: 'violet', kind: 'bar' },
    { measure: 'output_tokens', name: 'Output', color: 'amber', kind: 'bar' },
    { measure: 'reasoning_tokens', name: 'Reasoning', color: 'sand', kind: 'bar' },
  ]);
  const [, , , output, reasoning] = parts;
  if (!output || !reasoning) return parts;
  const answered = restSeries('Output', 'amber', restOf(output.values, reasoning.values), formatCompact);
  return [...parts.slice(0, 3), answered, reasoning];
}

export function costSeries(answer: QueryAnswer): TotalledSeries[] {
  const [all, input, output] = measureSeries(answer, [
    { measure: 'cost_usd', name: 'Cost', color: 'amber', kind: 'bar' },
    { measure: 'input_cost_usd', name: 'Input', color: 'blue', kind: 'bar' },
    { measure: 'output_cost_usd', name: 'Output', color: 'amber', kind: 'bar' },
  ]);
  if (!all || !input || !output) return [];
  const rest = restOf(all.values, input.values, output.values);
  return total(rest) > 1e-6
    ? [input, output, restSeries('Fees and unsplit', 'slate', rest, formatUsd)]
    : [input, output];
}

export function CallsChart({ answer, onZoom }: Props) {
  const series = useMemo(() => callSeries(answer), [answer]);
  const frame = useMemo(() => frameOf(answer), [answer]);
  const errorShare = (index: number) => {
    const failed = series[1]?.values[index] ?? 0;
    const all = failed + (series[0]?.values[index] ?? 0);
    return [{ name: 'Error rate', value: formatPercent(all > 0 ? failed / all : null) }];
  };
  return (
    <ChartCard
      title="Calls"
      unit={`per ${stepName(frame.stepMs)}`}
      series={series}
      format={formatCompact}
      extra={errorShare}
      onZoom={onZoom}
      {...frame}
    />
  );
}

export function LatencyChart({ answer, onZoom }: Props) {
  const series = useMemo(() => latencySeries(answer), [answer]);
  const frame = useMemo(() => frameOf(answer), [answer]);
  return (
    <ChartCard
      title="Latency"
      unit="of a call"
      series={series}
      format={formatDuration}
      formatAxis={formatDurationAxis}
      mayBeLog
      onZoom={onZoom}
      {...frame}
    />
  );
}

export function TokensChart({ answer, onZoom }: Props) {
  const series = useMemo(() => tokenSeries(answer), [answer]);
  const frame = useMemo(() => frameOf(answer), [answer]);
  return (
    <ChartCard
      title="Tokens"
      unit={`per ${stepName(frame.stepMs)}`}
      series={series}
      format={formatCompact}
      extra={sumLine(series, formatCompact)}
      onZoom={onZoom}
      {...frame}
    />
  );
}

/** Cost over time, in the parts it is given. */
export function CostChart({
  title = 'Cost',
  answer,
  series,
  actions,
  onZoom,
}: Props & { title?: string; series: readonly TotalledSeries[]; actions?: ReactNode }) {
  const frame = useMemo(() => frameOf(answer), [answer]);
  return (
    <ChartCard
      title={title}
      unit={`USD per ${stepName(frame.stepMs)}`}
      series={series}
      format={formatUsd}
      formatAxis={formatUsdAxis}
      extra={sumLine(series, formatUsd)}
      actions={actions}
      onZoom={onZoom}
      {...frame}
    />
  );
}
