import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ListTree } from 'lucide-react';
import { ApiError } from '@/api/problem';
import { traceQuery } from '@/api/queries';
import { Page, useDocumentTitle } from '@/components/shell/page';
import { buttonStyle } from '@/components/ui/button';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { TraceView } from './trace-view';

const route = getRouteApi('/traces/$traceId');

/** One trace, or why it is not here. */
export function TracePage({ traceId }: { traceId: string }) {
  const search = route.useSearch();
  const query = useQuery(traceQuery(traceId, search.project));
  const trace = query.data;
  useDocumentTitle(trace ? `${trace.name} · Trace` : 'Trace');

  if (query.isError && !trace) {
    const problem = ApiError.from(query.error);
    if (problem.status === 404 || problem.status === 422) {
      return (
        <Page title="Trace" fixed>
          <Empty
            className="flex-1"
            icon={<ListTree />}
            title="There is no trace with this id here"
            actions={
              <Link
                to="/traces"
                search={(old) => ({
                  ...(old.project ? { project: old.project } : {}),
                  ...(old.range ? { range: old.range } : {}),
                })}
                className={buttonStyle({ look: 'primary' })}
              >
                All traces
              </Link>
            }
          >
            {problem.hint ??
              'It may not have arrived yet, lie in another project, or be older than its project keeps spans.'}
          </Empty>
        </Page>
      );
    }
    return <Failure className="flex-1" error={query.error} what="The trace" onRetry={() => void query.refetch()} />;
  }
  if (!trace) return <TraceSkeleton />;
  return <TraceView trace={trace} />;
}

function TraceSkeleton() {
  return (
    <div className="flex min-h-0 flex-1 flex-col" aria-busy="true" aria-label="Loading">
      <div className="flex flex-col gap-2 border-b border-line bg-surface px-5 py-4">
        <Skeleton className="h-5 w-72" />
        <Skeleton className="h-3.5 w-[36rem] max-w-full" />
      </div>
      <div className="grid flex-1 grid-cols-2 gap-px bg-line">
        {['spans', 'span'].map((name) => (
          <div key={name} className="flex flex-col gap-3 bg-surface p-4">
            {Array.from({ length: 10 }, (_, index) => (
              <Skeleton key={index} className="h-4" />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
