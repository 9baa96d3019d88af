import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { measuresQuery } from '@/api/measures';
import { CursorProvider } from '@/components/charts/cursor';
import { CallsChart, CostChart, costSeries, LatencyChart, TokensChart } from '@/components/overview/charts';
import { mainQuestion } from '@/components/overview/questions';
import { Tiles, TilesSkeleton } from '@/components/overview/tiles';
import { NothingHere } from '@/components/project/nothing-here';
import { Failure } from '@/components/ui/states';
import { numberOf } from '@/lib/answer';
import { useScope } from '@/lib/scope';
import { Panel } from './panel';

interface Props {
  filter: string;
  compare: boolean;
  /** Shown below when there is anything in the range. */
  children: ReactNode;
}

/** Tiles and the four charts of what a filter lets through: one question. */
export function WholeFigures({ filter, compare, children }: Props) {
  const { scope, setRange } = useScope();
  const main = useQuery(measuresQuery(scope, mainQuestion(filter, compare)));
  const onZoom = (from: number, to: number) => setRange({ kind: 'absolute', from, to });
  if (main.data !== undefined && !main.isPlaceholderData && numberOf(main.data.totals, 'calls') === 0) {
    return <NothingHere what="calls of this" />;
  }
  return (
    <div className="flex flex-col gap-3">
      {main.isPending ? <TilesSkeleton /> : null}
      {main.isError && main.data === undefined ? (
        <Failure className="card" error={main.error} what="The figures" onRetry={() => void main.refetch()} />
      ) : null}
      {main.data ? <Tiles answer={main.data} filter={filter} /> : null}
      {main.isError && main.data === undefined ? null : (
        <CursorProvider>
          <div className="grid gap-3 lg:grid-cols-2">
            <Panel title="Calls" query={main}>
              {(answer) => <CallsChart answer={answer} onZoom={onZoom} />}
            </Panel>
            <Panel title="Latency" query={main}>
              {(answer) => <LatencyChart answer={answer} onZoom={onZoom} />}
            </Panel>
            <Panel title="Tokens" query={main}>
              {(answer) => <TokensChart answer={answer} onZoom={onZoom} />}
            </Panel>
            <Panel title="Cost" query={main}>
              {(answer) => <CostChart answer={answer} series={costSeries(answer)} onZoom={onZoom} />}
            </Panel>
          </div>
        </CursorProvider>
      )}
      {children}
    </div>
  );
}
