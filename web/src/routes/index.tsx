import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useMemo } from 'react';
import { overviewQuery } from '@/api/queries';
import { OverviewCharts } from '@/components/overview/charts';
import { Tiles, TilesSkeleton } from '@/components/overview/tiles';
import { ModelTable, NamedTable } from '@/components/overview/use-tables';
import { NothingHere } from '@/components/project/nothing-here';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { Failure, Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { overviewSeries } from '@/lib/overview';
import { useScope } from '@/lib/scope';

export const Route = createFileRoute('/')({ component: OverviewPage });

function OverviewPage() {
  const { scope, setRange } = useScope();
  const query = useQuery(overviewQuery(scope));
  const overview = query.data;
  const series = useMemo(() => (overview ? overviewSeries(overview) : null), [overview]);
  const onZoom = (from: number, to: number) => setRange({ kind: 'absolute', from, to });
  return (
    <Page
      title="Overview"
      actions={
        <>
          <TimeRangePicker />
          <RefreshControl busy={query.isFetching} />
        </>
      }
    >
      {query.isError && !overview ? (
        <Failure error={query.error} what="The overview" onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? (
        <div className="flex flex-col gap-3" aria-busy="true" aria-label="Loading">
          <TilesSkeleton />
          <div className="grid gap-3 lg:grid-cols-2">
            {['calls', 'latency', 'tokens', 'cost'].map((name) => (
              <div key={name} className="card h-63 p-4">
                <Skeleton className="h-full" />
              </div>
            ))}
          </div>
        </div>
      ) : null}
      {overview && series && overview.totals.calls === 0 && !query.isPlaceholderData ? (
        <NothingHere what="calls" />
      ) : null}
      {overview && series && (overview.totals.calls > 0 || query.isPlaceholderData) ? (
        <div
          className={cn('flex flex-col gap-3 transition-opacity', query.isPlaceholderData && 'delay-200 opacity-70')}
        >
          <Tiles overview={overview} series={series} />
          <OverviewCharts overview={overview} series={series} onZoom={onZoom} />
          <ModelTable overview={overview} />
          <div className="grid gap-3 lg:grid-cols-2">
            <NamedTable title="Services" rows={overview.services} dimension="service" unknown="no service name" />
            <NamedTable
              title="Endpoints"
              rows={overview.endpoints}
              dimension="endpoint"
              unknown="no endpoint reported"
            />
          </div>
        </div>
      ) : null}
    </Page>
  );
}
