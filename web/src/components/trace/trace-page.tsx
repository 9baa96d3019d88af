import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import {
  ChevronsDownUp,
  ChevronsUpDown,
  CircleAlert,
  ListTree,
  Search,
  Waypoints,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '@/api/problem';
import { traceQuery, type SpanNode, type TraceDetail } from '@/api/queries';
import { Page, useDocumentTitle } from '@/components/shell/page';
import { SPAN_TABS, SpanPanel } from '@/components/span/span-panel';
import { Button, buttonStyle } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { Empty, Failure, Skeleton } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { formatCount } from '@/lib/format';
import { useShortcuts } from '@/lib/keyboard';
import { useScope } from '@/lib/scope';
import { readPreference, writePreference } from '@/lib/storage';
import { ancestors, firstOfInterest, isFiltering, makeTree, treeRows, type TreeFilter } from '@/lib/tree';
import { TraceHeader } from './trace-header';
import { Waterfall, type TimeWindow } from './waterfall';

const route = getRouteApi('/traces/$traceId');

export function TracePage({ traceId }: { traceId: string }) {
  const search = route.useSearch();
  const query = useInfiniteQuery(traceQuery(traceId, search.project));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  // A long trace comes in pages; all are fetched, so that the tree is whole.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const trace = useMemo<TraceDetail | null>(() => {
    const first = query.data?.pages[0];
    return first ? { ...first, items: query.data?.pages.flatMap((page) => page.items) ?? [] } : null;
  }, [query.data]);
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
  return <LoadedTrace trace={trace} />;
}

const SMALLEST_SHARE = 0.28;

function LoadedTrace({ trace }: { trace: TraceDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { scope } = useScope();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  // The time that is drawn: all of it, or that of one span.
  const [zoom, setZoom] = useState<(TimeWindow & { name: string }) | null>(null);
  const [filter, setFilter] = useState<TreeFilter>({ text: '', only: null });
  const [share, setShare] = useState(() => Number(readPreference('trace-split') ?? '0.52') || 0.52);
  const split = useRef<HTMLDivElement>(null);

  const tree = useMemo(() => makeTree(trace.items), [trace.items]);
  const rows = useMemo(() => treeRows(tree, folded, filter), [tree, folded, filter]);
  const selected = search.span ?? firstOfInterest(trace.items)?.span_id ?? null;
  const tab = search.tab ?? 'messages';

  const select = (span: SpanNode) => {
    const path = ancestors(tree, span.span_id).filter((id) => folded.has(id));
    if (path.length > 0) setFolded(new Set([...folded].filter((id) => !path.includes(id))));
    void navigate({ replace: true, search: (old) => ({ ...old, span: span.span_id }) });
  };
  const fold = (spanId: string) => {
    const next = new Set(folded);
    if (!next.delete(spanId)) next.add(spanId);
    setFolded(next);
  };
  const at = rows.findIndex((row) => row.span.span_id === selected);
  const move = (by: number) => {
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (row) select(row.span);
  };
  const nextError = () => {
    const errors = trace.items.filter((span) => span.status === 'error');
    const order = new Map(trace.items.map((span, index) => [span.span_id, index]));
    const from = order.get(selected ?? '') ?? -1;
    const next = errors.find((span) => (order.get(span.span_id) ?? 0) > from) ?? errors[0];
    if (next) select(next);
  };
  const toggleZoom = () => {
    const span = trace.items.find((item) => item.span_id === selected);
    if (zoom !== null || !span) setZoom(null);
    else
      setZoom({
        name: span.name,
        fromMs: span.start_offset_ms,
        toMs: span.start_offset_ms + Math.max(span.duration_ms, 0.001),
      });
  };
  const setTab = (next: (typeof SPAN_TABS)[number]) =>
    void navigate({ replace: true, search: (old) => ({ ...old, tab: next }) });
  useShortcuts({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    h: () => {
      const row = rows[at];
      if (!row) return;
      if (row.below > 0 && !row.folded) fold(row.span.span_id);
      else {
        const parent = ancestors(tree, row.span.span_id).at(-1);
        const span = trace.items.find((item) => item.span_id === parent);
        if (span) select(span);
      }
    },
    l: () => {
      const row = rows[at];
      if (row?.folded) fold(row.span.span_id);
      else move(1);
    },
    e: nextError,
    z: toggleZoom,
    ...Object.fromEntries(SPAN_TABS.map((name, index) => [String(index + 1), () => setTab(name)])),
  });

  const resize = (clientX: number) => {
    const box = split.current?.getBoundingClientRect();
    if (!box) return;
    const next = Math.min(Math.max((clientX - box.left) / box.width, SMALLEST_SHARE), 1 - SMALLEST_SHARE);
    setShare(next);
    writePreference('trace-split', next.toFixed(3));
  };
  const hidden = trace.items.length - rows.length;
  const foldable = trace.items.filter((span, index) => (tree.below[index] ?? 0) > 0 && span.depth > 0);
  return (
    <>
      <TraceHeader trace={trace} now={scope.now} />
      <div
        ref={split}
        className="flex min-h-0 flex-1 max-lg:flex-col"
        style={{ '--share': `${share * 100}%` } as React.CSSProperties}
      >
        <section
          aria-label="Spans"
          className="flex min-h-0 min-w-0 flex-col border-line max-lg:h-[45%] max-lg:border-b lg:w-(--share)"
        >
          <div className="flex flex-wrap items-center gap-1.5 border-b border-line bg-surface px-3 py-1.5">
            <div className="relative min-w-36 flex-1">
              <Search aria-hidden className="pointer-events-none absolute top-1.75 left-2 size-3.5 text-ink-3" />
              <Input
                data-filter-focus
                aria-label="Filter the spans"
                placeholder="Filter by name, model, service…"
                className="h-7 pl-7 text-xs"
                value={filter.text}
                onChange={(event) => setFilter({ ...filter, text: event.target.value })}
                onKeyDown={(event) => {
                  if (event.key === 'Escape') {
                    setFilter({ ...filter, text: '' });
                    event.currentTarget.blur();
                  }
                }}
              />
            </div>
            <Toggle
              on={filter.only === 'calls'}
              onClick={() => setFilter({ ...filter, only: filter.only === 'calls' ? null : 'calls' })}
            >
              <Waypoints /> Calls
            </Toggle>
            {trace.errors > 0 ? (
              <Toggle
                on={filter.only === 'errors'}
                onClick={() => setFilter({ ...filter, only: filter.only === 'errors' ? null : 'errors' })}
              >
                <CircleAlert /> Errors
              </Toggle>
            ) : null}
            <Tooltip content={zoom ? 'Show the whole time (z)' : 'Show only the time of the selected span (z)'}>
              <Button
                look="ghost"
                size="icon-sm"
                aria-label={zoom ? 'Show the whole time' : 'Show only the time of the selected span'}
                disabled={zoom === null && selected === null}
                onClick={toggleZoom}
              >
                {zoom ? <ZoomOut /> : <ZoomIn />}
              </Button>
            </Tooltip>
            {foldable.length > 0 && !isFiltering(filter) ? (
              <Tooltip content={folded.size > 0 ? 'Unfold all' : 'Fold all'}>
                <Button
                  look="ghost"
                  size="icon-sm"
                  aria-label={folded.size > 0 ? 'Unfold all' : 'Fold all'}
                  onClick={() => setFolded(folded.size > 0 ? new Set() : new Set(foldable.map((span) => span.span_id)))}
                >
                  {folded.size > 0 ? <ChevronsUpDown /> : <ChevronsDownUp />}
                </Button>
              </Tooltip>
            ) : null}
          </div>
          {zoom ? (
            <p className="truncate border-b border-line bg-sunken px-3 py-1 text-xs text-ink-2" role="status">
              Only the time of {zoom.name}{' '}
              <button
                type="button"
                className="ml-1 rounded font-medium text-accent hover:underline"
                onClick={() => setZoom(null)}
              >
                Show all of it
              </button>
            </p>
          ) : null}
          {hidden > 0 ? (
            <p className="border-b border-line bg-sunken px-3 py-1 text-xs text-ink-2" role="status">
              {formatCount(hidden)} of {formatCount(trace.items.length)} spans hidden{' '}
              <button
                type="button"
                className="ml-1 rounded font-medium text-accent hover:underline"
                onClick={() => {
                  setFolded(new Set());
                  setFilter({ text: '', only: null });
                }}
              >
                Show all
              </button>
            </p>
          ) : null}
          {trace.truncated ? (
            <p className="border-b border-line bg-warn-soft px-3 py-1 text-xs text-warn">
              This trace has more spans than are read at once. The rest is in SQL.
            </p>
          ) : null}
          <Waterfall
            rows={rows}
            window={zoom ?? { fromMs: 0, toMs: Math.max(trace.duration_ms, ...ends(trace.items)) }}
            selected={selected}
            onSelect={select}
            onFold={fold}
          />
        </section>
        <div
          role="separator"
          aria-orientation="vertical"
          aria-label="Width of the tree"
          aria-valuenow={Math.round(share * 100)}
          aria-valuemin={SMALLEST_SHARE * 100}
          aria-valuemax={(1 - SMALLEST_SHARE) * 100}
          tabIndex={0}
          className="w-px shrink-0 bg-line max-lg:hidden relative after:absolute after:inset-y-0 after:-left-1 after:w-2.25 after:cursor-col-resize hover:after:bg-accent/25 focus-visible:after:bg-accent/40"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={(event) => {
            if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(event.clientX);
          }}
          onKeyDown={(event) => {
            const box = split.current?.getBoundingClientRect();
            if (!box || !['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
            resize(box.left + box.width * (share + (event.key === 'ArrowLeft' ? -0.02 : 0.02)));
          }}
        />
        <section aria-label="The selected span" className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
          {selected === null ? (
            <Empty icon={<ListTree />} title="Choose a span">
              Its messages, tokens, cost and attributes show here.
            </Empty>
          ) : (
            <SpanPanel traceId={trace.trace_id} spanId={selected} project={trace.project} tab={tab} onTab={setTab} />
          )}
        </section>
      </div>
    </>
  );
}

/** Spans can end after the trace's own end when clocks differ: the ruler must hold them all. */
function ends(spans: readonly SpanNode[]): number[] {
  return [spans.reduce((most, span) => Math.max(most, span.start_offset_ms + span.duration_ms), 0)];
}

interface ToggleProps {
  on: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Toggle({ on, onClick, children }: ToggleProps) {
  return (
    <Button
      size="sm"
      look="ghost"
      aria-pressed={on}
      className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
      onClick={onClick}
    >
      {children}
    </Button>
  );
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
