import { useMemo } from 'react';
import type { LogSummary } from '@/api/signals';
import { ChartCard } from '@/components/charts/chart-card';
import { formatCompact, toMs } from '@/lib/format';
import { severityLook } from './severity';

interface Props {
  summary: LogSummary;
  onZoom: (from: number, to: number) => void;
}

/** How many records there were of each severity, over time. The worst are at the bottom, where they are seen. */
export function LogHistogram({ summary, onZoom }: Props) {
  const times = useMemo(() => summary.times.map((time) => toMs(time) ?? 0), [summary.times]);
  const series = useMemo(
    () =>
      summary.severities.map((item) => {
        const { label, color } = severityLook(item.severity);
        return {
          name: label,
          color,
          kind: 'bar' as const,
          values: item.counts,
          total: formatCompact(item.counts.reduce((sum, count) => sum + count, 0)),
        };
      }),
    [summary.severities],
  );
  return (
    <ChartCard
      title="Records"
      unit="by level"
      series={series}
      times={times}
      stepMs={summary.step_seconds * 1000}
      from={Math.min(toMs(summary.from) ?? 0, times[0] ?? Number.MAX_SAFE_INTEGER)}
      to={toMs(summary.to) ?? 0}
      format={formatCompact}
      onZoom={onZoom}
      height={96}
      className="h-auto shrink-0 rounded-none border-x-0 border-t-0 shadow-none"
    />
  );
}
