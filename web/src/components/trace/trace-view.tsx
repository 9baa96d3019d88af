import { getRouteApi } from '@tanstack/react-router';
import { ChevronsDownUp, ChevronsUpDown, ListTree, ZoomIn, ZoomOut } from 'lucide-react';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { FindContext, useMarks } from '@/components/span/find';
import { SPAN_TABS, SpanPanel, type SpanTab } from '@/components/span/span-panel';
import { Button } from '@/components/ui/button';
import { Empty } from '@/components/ui/states';
import { Tooltip } from '@/components/ui/tooltip';
import { useShortcuts } from '@/lib/keyboard';
import { useScope } from '@/lib/scope';
import { spansOf, type TraceOutline, type TraceSpan } from '@/lib/trace/outline';
import { totalsOf } from '@/lib/trace/totals';
import { isConversation, transcriptOf } from '@/lib/trace/transcript';
import { ancestors, firstOfInterest, isFiltering, makeTree, matches, treeRows, type TreeFilter } from '@/lib/tree';
import { TraceLog } from './log';
import { ModeSwitch, TRACE_MODES, type TraceMode } from './modes';
import { SpanFilter } from './span-filter';
import { SpanUse } from './span-use';
import { Split } from './split';
import { TraceHeader } from './trace-header';
import { TraceSearch, type Hit } from './trace-search';
import { TranscriptView } from './transcript';
import { Waterfall, type TimeWindow } from './waterfall';

const Timeline = lazy(() => import('./timeline').then((module) => ({ default: module.Timeline })));
const Graph = lazy(() => import('./graph').then((module) => ({ default: module.Graph })));

const route = getRouteApi('/traces/$traceId');
const NOTHING: TreeFilter = { text: '', only: null };

/** A trace that is here: its modes on one side, the selected span on the other. */
export function TraceView({ trace }: { trace: TraceOutline }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { scope } = useScope();
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  // The time that is drawn: all of it, or that of one span.
  const [zoom, setZoom] = useState<(TimeWindow & { name: string }) | null>(null);
  const [filter, setFilter] = useState<TreeFilter>(NOTHING);
  const [find, setFind] = useState('');
  const panel = useRef<HTMLDivElement>(null);

  const spans = useMemo(() => spansOf(trace), [trace]);
  const tree = useMemo(() => makeTree(spans), [spans]);
  const totals = useMemo(() => totalsOf(tree), [tree]);
  const mode: TraceMode = search.mode ?? (isConversation(spans) ? 'transcript' : 'tree');
  const selected = search.span ?? firstOfInterest(spans)?.span_id ?? null;
  const tab = search.tab ?? 'messages';
  const rows = useMemo(() => (mode === 'tree' ? treeRows(tree, folded, filter) : []), [mode, tree, folded, filter]);
  const transcript = useMemo(
    () => (mode === 'transcript' ? transcriptOf(tree, opened) : { steps: [], hidden: 0 }),
    [mode, tree, opened],
  );
  const lines = useMemo(
    () =>
      mode === 'log'
        ? spans.filter((span) => matches(span, filter)).sort((a, b) => a.start_offset_ms - b.start_offset_ms)
        : [],
    [mode, spans, filter],
  );
  // Spans can end after the trace's own end when clocks differ: the ruler must hold them all.
  const totalMs = useMemo(
    () => spans.reduce((most, span) => Math.max(most, span.start_offset_ms + span.duration_ms), trace.duration_ms),
    [spans, trace.duration_ms],
  );
  const wanted = find.trim().toLowerCase();
  const marked = wanted.length >= 2 ? wanted : '';
  useMarks(panel, marked);

  const select = (span: TraceSpan, more: { tab?: SpanTab } = {}) => {
    const path = ancestors(tree, span.span_id);
    if (path.some((id) => folded.has(id))) setFolded(new Set([...folded].filter((id) => !path.includes(id))));
    if (path.some((id) => !opened.has(id))) setOpened(new Set([...opened, ...path]));
    void navigate({ replace: true, search: (old) => ({ ...old, span: span.span_id, ...more }) });
  };
  const setTab = (next: SpanTab) => void navigate({ replace: true, search: (old) => ({ ...old, tab: next }) });
  const setMode = (next: TraceMode) => void navigate({ replace: true, search: (old) => ({ ...old, mode: next }) });
  const fold = (spanId: string) => setFolded(toggled(folded, spanId));

  /** What j and k go through: what the mode shows. */
  const shown: readonly TraceSpan[] =
    mode === 'tree'
      ? rows.map((row) => row.span)
      : mode === 'transcript'
        ? transcript.steps.map((step) => step.span)
        : mode === 'log'
          ? lines
          : spans;
  const at = shown.findIndex((span) => span.span_id === selected);
  const move = (by: number) => {
    const span = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (span) select(span);
  };
  /** The next span of a kind after the selected one, or before it, around the end. */
  const jump = (by: 1 | -1, test: (span: TraceSpan) => boolean) => {
    const from = tree.byId.get(selected ?? '') ?? -1;
    for (let step = 1; step <= spans.length; step += 1) {
      const span = spans[(from + by * step + 2 * spans.length) % spans.length];
      if (span && test(span)) {
        select(span);
        return;
      }
    }
  };
  const isCall = (span: TraceSpan) => span.call?.counted === true;
  const toggleZoom = () => {
    const span = spans[tree.byId.get(selected ?? '') ?? -1];
    if (zoom !== null || !span) setZoom(null);
    else
      setZoom({
        name: span.name,
        fromMs: span.start_offset_ms,
        toMs: span.start_offset_ms + Math.max(span.duration_ms, 0.001),
      });
  };
  const close = () => {
    if (selected === null) return;
    const index = tree.byId.get(selected) ?? -1;
    const up = spans[tree.parent[index] ?? -1];
    if (mode === 'transcript' && opened.has(selected)) setOpened(toggled(opened, selected));
    else if (mode === 'tree' && (tree.below[index] ?? 0) > 0 && !folded.has(selected)) fold(selected);
    else if (up) select(up);
  };
  const open = () => {
    if (selected === null) return;
    const step = mode === 'transcript' ? transcript.steps[at] : undefined;
    if (step?.foldable && !step.open) setOpened(toggled(opened, selected));
    else if (mode === 'tree' && folded.has(selected)) fold(selected);
    else move(1);
  };
  const turnTab = (by: number) => {
    // A span that is no call has no tab of tokens and cost.
    const isCall = spans[tree.byId.get(selected ?? '') ?? -1]?.call != null;
    const tabs = SPAN_TABS.filter((name) => isCall || name !== 'cost');
    const next = tabs[(Math.max(tabs.indexOf(tab), 0) + by + tabs.length) % tabs.length];
    if (next) setTab(next);
  };
  useShortcuts({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    h: close,
    ArrowLeft: close,
    l: open,
    ArrowRight: open,
    e: () => jump(1, (span) => span.status === 'error'),
    ']': () => jump(1, isCall),
    '[': () => jump(-1, isCall),
    ',': () => turnTab(-1),
    '.': () => turnTab(1),
    z: toggleZoom,
    ...Object.fromEntries(TRACE_MODES.map((name, index) => [String(index + 1), () => setMode(name)])),
  });

  const onHit = (hit: Hit) => {
    const span = spans[tree.byId.get(hit.span_id) ?? -1];
    const where: Readonly<Record<string, SpanTab>> = {
      attributes: 'attributes',
      events: 'events',
      error: 'events',
      message: 'messages',
    };
    if (span) select(span, { tab: where[hit.where] ?? tab });
  };
  const showAll = () => {
    setFolded(new Set());
    setFilter(NOTHING);
  };
  const foldable = useMemo(
    () => spans.filter((span, index) => (tree.below[index] ?? 0) > 0 && span.depth > 0),
    [spans, tree],
  );
  const selectedIndex = tree.byId.get(selected ?? '') ?? -1;
  const filterBar = (hidden: number, more?: React.ReactNode) => (
    <SpanFilter
      filter={filter}
      onFilter={setFilter}
      errors={trace.errors}
      hidden={hidden}
      spans={spans.length}
      onShowAll={showAll}
    >
      {more}
    </SpanFilter>
  );
  return (
    <>
      <TraceHeader trace={trace} spans={spans} now={scope.now} />
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line bg-surface px-3 py-1.5">
        <ModeSwitch mode={mode} onMode={setMode} />
        <TraceSearch
          traceId={trace.trace_id}
          project={trace.project}
          text={find}
          onText={setFind}
          order={tree.byId}
          onHit={onHit}
        />
      </div>
      {trace.truncated ? (
        <p className="border-b border-line bg-warn-soft px-3 py-1 text-xs text-warn" role="status">
          This trace has more spans than are read at once: these are the earliest. The rest is in SQL.
        </p>
      ) : null}
      <Split
        left={
          <>
            {mode === 'transcript' ? (
              <TranscriptView
                traceId={trace.trace_id}
                project={trace.project}
                transcript={transcript}
                totals={totals}
                selected={selected}
                onSelect={select}
                onToggle={(spanId) => setOpened(toggled(opened, spanId))}
                onShowTree={() => setMode('tree')}
              />
            ) : null}
            {mode === 'tree' ? (
              <>
                {filterBar(
                  spans.length - rows.length,
                  <>
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
                          onClick={() =>
                            setFolded(folded.size > 0 ? new Set() : new Set(foldable.map((span) => span.span_id)))
                          }
                        >
                          {folded.size > 0 ? <ChevronsUpDown /> : <ChevronsDownUp />}
                        </Button>
                      </Tooltip>
                    ) : null}
                  </>,
                )}
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
                <Waterfall
                  tree={tree}
                  totals={totals}
                  rows={rows}
                  window={zoom ?? { fromMs: 0, toMs: totalMs }}
                  selected={selected}
                  onSelect={select}
                  onFold={fold}
                />
              </>
            ) : null}
            {mode === 'log' ? (
              <>
                {filterBar(spans.length - lines.length)}
                <TraceLog
                  traceId={trace.trace_id}
                  project={trace.project}
                  spans={lines}
                  selected={selected}
                  onSelect={select}
                />
              </>
            ) : null}
            <Suspense fallback={<p className="p-6 text-center text-ink-3">Loading…</p>}>
              {mode === 'timeline' ? (
                <Timeline tree={tree} totalMs={totalMs} selected={selected} onSelect={select} />
              ) : null}
              {mode === 'graph' ? <Graph tree={tree} selected={selected} onSelect={select} /> : null}
            </Suspense>
          </>
        }
        right={
          selected === null ? (
            <Empty icon={<ListTree />} title="Choose a span">
              Its messages, tokens, cost and attributes show here.
            </Empty>
          ) : (
            <div ref={panel} className="flex min-h-0 flex-1 flex-col">
              <SpanUse totals={totals[selectedIndex]} span={spans[selectedIndex]} />
              <FindContext value={marked}>
                <SpanPanel
                  traceId={trace.trace_id}
                  spanId={selected}
                  project={trace.project}
                  tab={tab}
                  onTab={setTab}
                />
              </FindContext>
            </div>
          )
        }
      />
    </>
  );
}

function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
