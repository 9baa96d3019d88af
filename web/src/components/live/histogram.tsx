import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { measuresQuery, type QueryAnswer } from '@/api/measures';
import { ApiError } from '@/api/problem';
import { ChartCard } from '@/components/charts/chart-card';
import { CursorProvider } from '@/components/charts/cursor';
import { Skeleton } from '@/components/ui/states';
import { frameOf, numberOf, seriesOf } from '@/lib/answer';
import { formatCompact } from '@/lib/format';
import { useLastMinutes } from './use-live';

const MINUTES = 10;
const STEP_S = 10;
const HEIGHT = 92;

interface Props {
  project: string;
  filter: string;
  onZoom: (from: number, to: number) => void;
  onPick: (from: number, to: number) => void;
}

/** Calls of the last minutes, in steps of ten seconds, with those that failed in their own colour. */
export function Histogram({ project, filter, onZoom, onPick }: Props) {
  const last = useLastMinutes(MINUTES, STEP_S * 1000);
  const query = useQuery(
    measuresQuery(
      { project, range: 'live', ...last },
      { measures: ['calls', 'errors'], filter, interval: STEP_S },
    ),
  );
  // A question that could not be asked does not take away the bars there were.
  const [kept, setKept] = useState<QueryAnswer | null>(null);
  if (query.data !== undefined && query.data !== kept) setKept(query.data);
  const answer = query.data ?? kept;
  return (
    <div className="shrink-0 border-b border-line bg-surface" style={{ minHeight: HEIGHT + 56 }}>
      {answer ? (
        <Bars answer={answer} onZoom={onZoom} onPick={onPick} />
      ) : query.isError ? (
        <p role="alert" className="px-4 py-3 text-xs text-ink-2">
          {ApiError.from(query.error).message}
        </p>
      ) : (
        <Skeleton className="m-4 h-28" />
      )}
    </div>
  );
}

function Bars({ answer, onZoom, onPick }: { answer: QueryAnswer } & Pick<Props, 'onZoom' | 'onPick'>) {
  const errors = seriesOf(answer, 'errors');
  const calls = seriesOf(answer, 'calls');
  const all = numberOf(answer.totals, 'calls') ?? 0;
  const failed = numberOf(answer.totals, 'errors') ?? 0;
  const frame = frameOf(answer);
  return (
    <CursorProvider>
      <ChartCard
        title="Calls"
        unit={`per ${STEP_S} s, last ${MINUTES} minutes`}
        className="rounded-none border-0 shadow-none"
        height={HEIGHT}
        {...frame}
        marks={[]}
        series={[
          { name: 'Failed', color: 'error-bar', kind: 'bar', values: errors, total: formatCompact(failed) },
          {
            name: 'Succeeded',
            color: 'teal',
            kind: 'bar',
            values: calls.map((value, index) => (value === null ? null : value - (errors[index] ?? 0))),
            total: formatCompact(all - failed),
          },
        ]}
        format={formatCompact}
        extra={(index) => [
          { name: 'Calls/s', value: formatCompact((calls[index] ?? 0) / STEP_S) },
          { name: 'All', value: formatCompact(calls[index]) },
        ]}
        onZoom={onZoom}
        onPick={onPick}
      />
    </CursorProvider>
  );
}
