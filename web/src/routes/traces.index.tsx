import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';
import { countFilters, readFilters, toTraceFilters, type FilterSearch } from '@/api/filters';
import { tracesQuery, type TraceSummary } from '@/api/queries';
import { ColumnMenu, useColumns } from '@/components/grid/column-menu';
import { DataGrid, type GridHandle } from '@/components/grid/data-grid';
import { ListPage, useListScope } from '@/components/lists/list-page';
import { traceColumns } from '@/components/lists/trace-columns';
import { NothingHere } from '@/components/project/nothing-here';
import { Button } from '@/components/ui/button';
import { Empty, Failure, GridLoading } from '@/components/ui/states';
import { useListKeys } from '@/lib/list-keys';
import { useScope } from '@/lib/scope';

export const Route = createFileRoute('/traces/')({
  validateSearch: (search: Record<string, unknown>): FilterSearch => readFilters(search),
  component: TracesPage,
});

const keyOf = (trace: TraceSummary) => `${trace.project}/${trace.trace_id}`;

function TracesPage() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const router = useRouter();
  const { scope: now } = useScope();
  const grid = useRef<GridHandle | null>(null);
  const [atTop, setAtTop] = useState(true);
  const [selected, setSelected] = useState<string | null>(null);

  const filters = useMemo(() => readFilters(search as Record<string, unknown>), [search]);
  const { scope, paused } = useListScope(!atTop || selected !== null);
  const query = useInfiniteQuery(tracesQuery(scope, toTraceFilters(filters)));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo(() => traceColumns(now.now), [now.now]);
  const columnState = useColumns('traces', columns);

  const setFilters = useCallback(
    (next: FilterSearch) => {
      setSelected(null);
      void navigate({
        search: (old) => ({
          ...(old.project === undefined ? {} : { project: old.project }),
          ...(old.range === undefined ? {} : { range: old.range }),
          ...next,
        }),
      });
    },
    [navigate],
  );
  const open = useCallback(
    (trace: TraceSummary, newTab: boolean) => {
      const target = {
        to: '/traces/$traceId',
        params: { traceId: trace.trace_id },
        search: { project: trace.project, ...(search.range === undefined ? {} : { range: search.range }) },
      } as const;
      if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
      else void navigate(target);
    },
    [navigate, router, search.range],
  );
  useListKeys({
    rows,
    keyOf,
    selected,
    select: (row) => setSelected(keyOf(row)),
    open,
    close: () => setSelected(null),
  });

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  return (
    <ListPage
      title="Traces"
      noun="traces"
      filters={filters}
      onFilters={setFilters}
      byName
      scope={scope}
      busy={query.isFetching}
      paused={paused}
      loaded={rows.length}
      complete={!hasNextPage && !query.isPending}
      countFromFacets={false}
      grid={grid}
      actions={<ColumnMenu columns={columns} state={columnState} />}
      aside={null}
    >
      {() => {
        if (query.isError && rows.length === 0)
          return (
            <Failure className="flex-1" error={query.error} what="The traces" onRetry={() => void query.refetch()} />
          );
        if (query.isPending) return <GridLoading />;
        if (rows.length === 0) {
          return (
            <div className="flex flex-1 flex-col justify-center bg-surface">
              {countFilters(filters) > 0 ? (
                <Empty
                  title="No trace matches these filters"
                  actions={<Button onClick={() => setFilters({})}>Clear the filters</Button>}
                >
                  Filters hold for at least one call of a trace; the name is that of its root span.
                </Empty>
              ) : (
                <NothingHere what="traces" />
              )}
            </div>
          );
        }
        return (
          <DataGrid
            label="Traces"
            columns={columns}
            visibility={columnState.visibility}
            rows={rows}
            rowKey={keyOf}
            order="time"
            selectedKey={selected}
            onSelect={(row) => open(row, false)}
            onOpen={open}
            hasMore={hasNextPage}
            loadingMore={isFetchingNextPage}
            onMore={more}
            onAtTop={setAtTop}
            dimmed={query.isPlaceholderData}
            handle={grid}
          />
        );
      }}
    </ListPage>
  );
}
