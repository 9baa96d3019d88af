import { useInfiniteQuery } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import { Copy, Download } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { countFilters, readFilters, toCallFilters, type CallOrder, type FilterSearch } from '@/api/filters';
import { callsQuery, type CallSummary } from '@/api/queries';
import { ColumnMenu, useColumns } from '@/components/grid/column-menu';
import { DataGrid, type GridHandle } from '@/components/grid/data-grid';
import { callColumns } from '@/components/lists/call-columns';
import { ListPage, useListScope } from '@/components/lists/list-page';
import { Peek } from '@/components/lists/peek';
import { NothingHere } from '@/components/project/nothing-here';
import { SpanPanel, type SpanTab } from '@/components/span/span-panel';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from '@/components/ui/menu';
import { Empty, Failure, GridLoading } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { exportCalls } from '@/lib/export';
import { useListKeys } from '@/lib/list-keys';
import { useScope } from '@/lib/scope';

interface CallsSearch extends FilterSearch {
  order?: Exclude<CallOrder, 'time'>;
  /** The span whose row is open beside the list: trace id and span id. */
  peek?: string;
}

function isOrder(value: unknown): value is Exclude<CallOrder, 'time'> {
  return value === 'cost' || value === 'duration' || value === 'tokens';
}

export const Route = createFileRoute('/calls')({
  validateSearch(search: Record<string, unknown>): CallsSearch {
    return {
      ...readFilters(search),
      ...(isOrder(search.order) ? { order: search.order } : {}),
      ...(typeof search.peek === 'string' && /^[0-9a-f]{32}\.[0-9a-f]{16}$/.test(search.peek)
        ? { peek: search.peek }
        : {}),
    };
  },
  component: CallsPage,
});

const keyOf = (call: CallSummary) => `${call.trace_id}.${call.span_id}`;

function CallsPage() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const router = useRouter();
  const { scope: now } = useScope();
  const grid = useRef<GridHandle | null>(null);
  const [atTop, setAtTop] = useState(true);
  const [tab, setTab] = useState<SpanTab>('messages');
  const [selected, setSelected] = useState<string | null>(search.peek ?? null);

  const filters = useMemo(() => readFilters(search as Record<string, unknown>), [search]);
  const callFilters = useMemo(() => toCallFilters(filters), [filters]);
  const order = search.order ?? 'time';
  const { scope, paused } = useListScope(!atTop || selected !== null);
  const query = useInfiniteQuery(callsQuery(scope, callFilters, order));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);

  const columns = useMemo(() => callColumns(now.now), [now.now]);
  const columnState = useColumns('calls', columns);
  const visibility = useMemo(
    () =>
      filters.dropped
        ? { ...columnState.visibility, reason: true, status: false, ttft: false, cost: false }
        : columnState.visibility,
    [columnState.visibility, filters.dropped],
  );

  const setFilters = useCallback(
    (next: FilterSearch) => {
      setSelected(null);
      void navigate({
        search: (old) => ({
          ...(old.project === undefined ? {} : { project: old.project }),
          ...(old.range === undefined ? {} : { range: old.range }),
          ...(old.order === undefined ? {} : { order: old.order }),
          ...next,
        }),
      });
    },
    [navigate],
  );
  const setPeek = useCallback(
    (call: CallSummary | null) => {
      setSelected(call ? keyOf(call) : null);
      void navigate({
        replace: true,
        search: ({ peek: _, ...old }) => (call ? { ...old, peek: keyOf(call) } : old),
      });
    },
    [navigate],
  );
  const open = useCallback(
    (call: CallSummary, newTab: boolean) => {
      const target = {
        to: '/traces/$traceId',
        params: { traceId: call.trace_id },
        search: {
          project: call.project,
          span: call.span_id,
          ...(search.range === undefined ? {} : { range: search.range }),
        },
      } as const;
      if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
      else void navigate(target);
    },
    [navigate, router, search.range],
  );
  const move = useListKeys({ rows, keyOf, selected, select: setPeek, open, close: () => setPeek(null) });

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const [peekTrace = '', peekSpan = ''] = search.peek?.split('.') ?? [];

  return (
    <ListPage
      title="Calls"
      noun={filters.dropped ? 'dropped duplicates' : 'calls'}
      filters={filters}
      onFilters={setFilters}
      byName={false}
      scope={scope}
      busy={query.isFetching}
      paused={paused}
      loaded={rows.length}
      complete={!hasNextPage && !query.isPending}
      countFromFacets
      grid={grid}
      actions={
        <>
          <Tooltip content="Spans that repeat another call. They are counted nowhere; see what was dropped and why.">
            <Button
              aria-pressed={filters.dropped ?? false}
              className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
              onClick={() => {
                const { dropped, ...rest } = filters;
                setFilters(dropped ? rest : { ...rest, dropped: true });
              }}
            >
              <Copy /> Dropped duplicates
            </Button>
          </Tooltip>
          <ColumnMenu columns={columns} state={columnState} />
          <Menu>
            <Tooltip content="Export">
              <MenuTrigger asChild>
                <Button size="icon" aria-label="Export">
                  <Download />
                </Button>
              </MenuTrigger>
            </Tooltip>
            <MenuContent align="end">
              <MenuLabel>Every call of the filter</MenuLabel>
              <MenuItem onSelect={() => exportCalls(scope, callFilters, order, 'csv')}>CSV</MenuItem>
              <MenuItem onSelect={() => exportCalls(scope, callFilters, order, 'jsonl')}>JSON lines</MenuItem>
            </MenuContent>
          </Menu>
        </>
      }
      aside={
        search.peek ? (
          <Peek
            label="The selected call"
            onClose={() => setPeek(null)}
            onStep={move}
            onOpen={() => {
              const call = rows.find((row) => keyOf(row) === search.peek);
              if (call) open(call, false);
              else
                void navigate({
                  to: '/traces/$traceId',
                  params: { traceId: peekTrace },
                  search: { span: peekSpan, project: scope.project },
                });
            }}
          >
            <SpanPanel traceId={peekTrace} spanId={peekSpan} project={scope.project} tab={tab} onTab={setTab} />
          </Peek>
        ) : null
      }
    >
      {(total) => {
        if (query.isError && rows.length === 0)
          return (
            <Failure className="flex-1" error={query.error} what="The calls" onRetry={() => void query.refetch()} />
          );
        if (query.isPending) return <GridLoading />;
        if (rows.length === 0) {
          if (filters.dropped) {
            return (
              <Empty className="flex-1 bg-surface" icon={<Copy />} title="No duplicates were dropped here">
                When several instrumentations report one call, Sonde counts it once and lists the others here.
              </Empty>
            );
          }
          if (countFilters(filters) > 0) {
            return (
              <Empty
                className="flex-1 bg-surface"
                title="No call matches these filters"
                actions={<Button onClick={() => setFilters({})}>Clear the filters</Button>}
              >
                Try a wider time range, or take a filter away.
              </Empty>
            );
          }
          return (
            <div className="flex flex-1 flex-col justify-center bg-surface">
              <NothingHere what="calls" />
            </div>
          );
        }
        return (
          <DataGrid
            label="Calls"
            columns={columns}
            visibility={visibility}
            rows={rows}
            rowKey={keyOf}
            order={order}
            onOrder={(next) => {
              void navigate({ search: ({ order: _, ...old }) => (isOrder(next) ? { ...old, order: next } : old) });
              grid.current?.scrollToTop();
            }}
            selectedKey={selected}
            onSelect={setPeek}
            onOpen={open}
            hasMore={hasNextPage}
            loadingMore={isFetchingNextPage}
            onMore={more}
            onAtTop={setAtTop}
            dimmed={query.isPlaceholderData}
            handle={grid}
            {...(total === undefined ? {} : { total })}
          />
        );
      }}
    </ListPage>
  );
}
