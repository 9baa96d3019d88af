import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { Download, ListFilter, Pause, Play, ScrollText } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { FacetField } from '@/api/filters';
import { windowOf } from '@/api/measures';
import { ApiError } from '@/api/problem';
import type { Scope } from '@/api/queries';
import { facetsOf, logsQuery, logSummaryQuery, type LogItem } from '@/api/signals';
import { Annotated } from '@/components/charts/annotations';
import { CursorProvider } from '@/components/charts/cursor';
import { FacetPanel } from '@/components/filters/facet-panel';
import { FilterBar } from '@/components/filters/filter-bar';
import type { GridHandle } from '@/components/grid/data-grid';
import { Foot } from '@/components/lists/foot';
import { useListScope } from '@/components/lists/list-scope';
import { LogHistogram } from '@/components/logs/log-histogram';
import { logKey, LogTable } from '@/components/logs/log-table';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from '@/components/ui/menu';
import { Empty, Failure, GridLoading } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { withTerm } from '@/lib/filter-terms';
import { useListKeys } from '@/lib/list-keys';
import { useScope } from '@/lib/scope';
import { stringifySearch } from '@/lib/search';
import { readFilterText, textOf } from '@/lib/search-params';
import { readPreference, writePreference } from '@/lib/storage';

interface LogsSearch {
  filter?: string;
  /** The record that is open. */
  log?: string;
}

export const Route = createFileRoute('/logs')({
  validateSearch(search: Record<string, unknown>): LogsSearch {
    const log = textOf(search, 'log');
    return { ...readFilterText(search), ...(log === undefined ? {} : { log }) };
  },
  component: LogsPage,
});

const FACETS: readonly FacetField[] = [
  { name: 'severity', open: true, choices: true },
  { name: 'service', open: true },
  { name: 'event_name', open: true },
];
const FOLLOW_MS = 3_000;

function LogsPage() {
  const { filter = '', log: opened } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { scope: now, setRange, refresh, range } = useScope();
  const grid = useRef<GridHandle | null>(null);
  const [atTop, setAtTop] = useState(true);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(opened === undefined ? [] : [opened]));
  const [selected, setSelected] = useState<string | null>(opened ?? null);
  const [following, setFollowing] = useState(false);
  const [panel, setPanel] = useState(
    () => (readPreference('facets') ?? (window.innerWidth >= 1180 ? 'open' : 'closed')) === 'open',
  );

  const { scope, paused } = useListScope(!atTop || open.size > 0);
  const query = useInfiniteQuery(logsQuery(scope, filter));
  const summary = useQuery(logSummaryQuery(scope, filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const badFilter = query.isError && ApiError.from(query.error).place !== null;
  const total = summary.isPlaceholderData ? undefined : summary.data?.logs;

  useEffect(() => {
    if (!following || paused) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') refresh();
    }, FOLLOW_MS);
    return () => {
      clearInterval(timer);
    };
  }, [following, paused, refresh]);

  const setFilter = useCallback(
    (text: string) => {
      setOpen(new Set());
      setSelected(null);
      grid.current?.scrollToTop();
      void navigate({
        search: ({ filter: _, log: __, ...old }) => (text === '' ? old : { ...old, filter: text }),
      });
    },
    [navigate],
  );
  const toggle = useCallback(
    (log: LogItem) => {
      const key = logKey(log);
      const next = new Set(open);
      const closes = next.delete(key);
      if (!closes) next.add(key);
      setOpen(next);
      setSelected(key);
      void navigate({
        replace: true,
        search: ({ log: _, ...old }) => (closes ? old : { ...old, log: key }),
      });
    },
    [navigate, open],
  );
  useListKeys({
    rows,
    keyOf: logKey,
    selected,
    select: (log) => setSelected(logKey(log)),
    open: toggle,
    close: () => {
      setOpen(new Set());
      setSelected(null);
      void navigate({ replace: true, search: ({ log: _, ...old }) => old });
    },
  });
  const { fetchNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  return (
    <Page
      title="Logs"
      fixed
      actions={
        <>
          <TimeRangePicker />
          <RefreshControl busy={query.isFetching} />
        </>
      }
    >
      <div className="flex flex-wrap items-start gap-2 border-b border-line bg-surface px-4 py-2">
        <Button
          aria-pressed={panel}
          title={panel ? 'Hide the facets' : 'Show what there is to filter by'}
          className="aria-pressed:bg-sunken max-md:hidden"
          onClick={() => {
            writePreference('facets', panel ? 'closed' : 'open');
            setPanel(!panel);
          }}
        >
          <ListFilter /> Facets
        </Button>
        <FilterBar
          target="logs"
          value={filter}
          onChange={setFilter}
          error={badFilter ? query.error : undefined}
          className="max-md:basis-full"
        />
        <div className="ml-auto flex items-center gap-2">
          {range.kind === 'relative' ? (
            <Tooltip content="Looks for new records every three seconds, while the top of the list is in sight">
              <Button
                aria-pressed={following}
                className="aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
                onClick={() => {
                  setFollowing(!following);
                  if (!following) grid.current?.scrollToTop();
                }}
              >
                {following ? <Pause /> : <Play />} Follow
              </Button>
            </Tooltip>
          ) : null}
          <ExportLogs scope={scope} filter={filter} />
        </div>
      </div>
      <div className="flex min-h-0 flex-1">
        {panel ? (
          <FacetPanel
            name="logs"
            noun="records"
            fields={FACETS}
            ranges={[]}
            text={filter}
            facets={summary.data ? facetsOf(summary.data) : undefined}
            onChange={setFilter}
            stale={summary.isPlaceholderData || summary.isError}
          />
        ) : null}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {summary.data && summary.data.logs > 0 && !badFilter ? (
            <CursorProvider>
              <Annotated>
                <LogHistogram summary={summary.data} onZoom={(from, to) => setRange({ kind: 'absolute', from, to })} />
              </Annotated>
            </CursorProvider>
          ) : null}
          <Rows
            bad={badFilter}
            error={rows.length === 0 ? query.error : null}
            pending={query.isPending}
            count={rows.length}
            filter={filter}
            onFilter={setFilter}
            onRetry={() => void query.refetch()}
          >
            <LogTable
              rows={rows}
              now={now.now}
              open={open}
              onToggle={toggle}
              selected={selected}
              onFilter={(term) => setFilter(withTerm('', term))}
              hasMore={query.hasNextPage}
              loadingMore={query.isFetchingNextPage}
              onMore={more}
              onAtTop={setAtTop}
              dimmed={query.isPlaceholderData && query.isFetching && !following}
              handle={grid}
              total={total}
            />
          </Rows>
          <Foot
            noun="records"
            one="record"
            loaded={rows.length}
            complete={!query.hasNextPage && !query.isPending}
            total={total}
            paused={paused}
            onTop={() => grid.current?.scrollToTop()}
          />
        </div>
      </div>
    </Page>
  );
}

interface RowsProps {
  bad: boolean;
  error: unknown;
  pending: boolean;
  count: number;
  filter: string;
  onFilter: (text: string) => void;
  onRetry: () => void;
  children: ReactNode;
}

/** The table, or why there is none. */
function Rows({ bad, error, pending, count, filter, onFilter, onRetry, children }: RowsProps) {
  if (bad) {
    return (
      <Empty className="flex-1 bg-surface" icon={<ListFilter />} title="This filter cannot be read">
        What is wrong is marked above, where it stands.
      </Empty>
    );
  }
  if (error !== null) return <Failure className="flex-1" error={error} what="The logs" onRetry={onRetry} />;
  if (pending) return <GridLoading />;
  if (count > 0) return <>{children}</>;
  if (filter !== '') {
    return (
      <Empty
        className="flex-1 bg-surface"
        icon={<ScrollText />}
        title="No record matches this filter"
        actions={<Button onClick={() => onFilter('')}>Clear the filter</Button>}
      >
        Try a wider time range, or take a term away.
      </Empty>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto bg-surface pb-10">
      <Empty icon={<ScrollText />} title="No logs in this time range">
        Any OpenTelemetry SDK or collector sends its logs to the same address as its traces. In Python, one line makes a
        record of every model call:
      </Empty>
      <div className="w-full max-w-xl px-4">
        <CodeBlock title="Python" code={'import sonde\n\nsonde.init(logs=True)'} />
      </div>
    </div>
  );
}

function ExportLogs({ scope, filter }: { scope: Scope; filter: string }) {
  const save = (format: 'csv' | 'jsonl') => {
    const link = document.createElement('a');
    link.href = `/api/v1/logs${stringifySearch({
      project: scope.project,
      ...windowOf(scope),
      ...(filter === '' ? {} : { filter }),
      format,
    })}`;
    link.download = `logs-${scope.project}.${format}`;
    link.click();
  };
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="icon" aria-label="Export" title="Export">
          <Download />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>Every record of the filter</MenuLabel>
        <MenuItem onSelect={() => save('csv')}>CSV</MenuItem>
        <MenuItem onSelect={() => save('jsonl')}>JSON lines</MenuItem>
      </MenuContent>
    </Menu>
  );
}
