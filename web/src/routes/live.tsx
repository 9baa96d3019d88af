import { createFileRoute, useNavigate, useRouter } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CallSummary } from '@/api/queries';
import { FilterBar } from '@/components/filters/filter-bar';
import { ColumnChooser } from '@/components/grid/column-chooser';
import { DataGrid, type Density, type GridHandle } from '@/components/grid/data-grid';
import { useColumns } from '@/components/grid/use-columns';
import { callColumns } from '@/components/lists/call-columns';
import { Peek } from '@/components/lists/peek';
import { SpanPeek } from '@/components/lists/span-peek';
import { Histogram } from '@/components/live/histogram';
import { NewCalls, NoRows, Notices, StatusChip } from '@/components/live/notices';
import { keyOf, useLive, type LiveView } from '@/components/live/use-live';
import { Page } from '@/components/shell/page';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { formatCount } from '@/lib/format';
import { useShortcuts } from '@/lib/keyboard';
import { useListKeys } from '@/lib/list-keys';
import { KEPT } from '@/lib/live/rows';
import { useScope } from '@/lib/scope';
import { readFilterText, textOf, type FilterText } from '@/lib/search-params';
import { readPreference, writePreference } from '@/lib/storage';
import { encodeRange } from '@/lib/time-range';
import { startOfDay } from '@/lib/zone';

interface LiveSearch extends FilterText {
  /** The call that is open beside the list. */
  peek?: string;
}

export const Route = createFileRoute('/live')({
  validateSearch(search: Record<string, unknown>): LiveSearch {
    const peek = textOf(search, 'peek');
    return {
      ...readFilterText(search),
      ...(peek !== undefined && /^[0-9a-f]{32}\.[0-9a-f]{16}$/.test(peek) ? { peek } : {}),
    };
  },
  component: LivePage,
});

const WIDE = ['time', 'service', 'model', 'status', 'duration', 'tokens', 'cost', 'user'];
/** What a phone shows without scrolling comes first. */
const NARROW = ['time', 'model', 'status', 'duration', 'cost', 'tokens', 'service', 'user'];
const TOKENS_PX = 166;
const SHOWN = (window.innerWidth < 640 ? NARROW : WIDE).map((id) =>
  id === 'tokens' ? { id, width: TOKENS_PX } : { id },
);
/** What a key or a click on these means is theirs. */
const CONTROLS = 'a, button, summary, [role=checkbox], [role=tab], [role=separator]';

function LivePage() {
  const search = Route.useSearch();
  const filter = search.filter ?? '';
  const navigate = useNavigate();
  const router = useRouter();
  const { scope } = useScope();
  const grid = useRef<GridHandle | null>(null);
  const [atTop, setAtTop] = useState(true);
  const [paused, setPaused] = useState(false);
  // Kept beside the address as well: keys come faster than addresses change.
  const [selected, setSelected] = useState(search.peek ?? null);
  const sent = useRef<(string | undefined)[]>([]);
  useEffect(() => {
    const own = sent.current.indexOf(search.peek);
    if (own >= 0) sent.current.splice(0, own + 1);
    else setSelected(search.peek ?? null);
  }, [search.peek]);
  const hold = paused || !atTop || selected !== null;
  const { view, tryAgain, show, forgetGap } = useLive(scope.project, filter, hold);
  const { rows } = view;

  const today = startOfDay(scope.now);
  const columns = useMemo(() => callColumns(today), [today]);
  const columnState = useColumns(`live.${scope.project}`, columns, SHOWN);
  const [density, setDensity] = useState<Density>(() =>
    readPreference('density') === 'compact' ? 'compact' : 'normal',
  );

  const select = useCallback(
    (call: CallSummary | null) => {
      const peek = call ? keyOf(call) : undefined;
      const before = sent.current.length > 0 ? sent.current.at(-1) : search.peek;
      if (peek !== before) sent.current.push(peek);
      setSelected(peek ?? null);
      void navigate({
        to: '.',
        replace: true,
        search: ({ peek: _, ...old }: LiveSearch) => ({ ...old, ...(peek === undefined ? {} : { peek }) }),
      });
    },
    [navigate, search.peek],
  );
  const openKey = (key: string, project: string, newTab: boolean) => {
    const [traceId = '', span] = key.split('.');
    const target = {
      to: '/traces/$traceId',
      params: { traceId },
      search: { project, ...(span === undefined ? {} : { span }) },
    } as const;
    if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
    else void navigate(target);
  };
  const open = (call: CallSummary, newTab: boolean) => openKey(keyOf(call), call.project, newTab);
  const setFilter = (text: string) => {
    setAtTop(true);
    void navigate({ to: '/live', search: text === '' ? {} : { filter: text } });
  };
  const toCalls = (from: number, to: number) =>
    void navigate({
      to: '/calls',
      search: {
        project: scope.project,
        range: encodeRange({ kind: 'absolute', from, to }),
        ...(filter === '' ? {} : { filter }),
      },
    });
  const jump = (from: number, to: number) => {
    const there = rows.find((call) => {
      const time = Date.parse(call.time);
      return time >= from && time < to;
    });
    if (there) select(there);
    else toCalls(from, to);
  };
  const showNew = () => {
    setPaused(false);
    show();
    grid.current?.scrollToTop();
  };

  const move = useListKeys({ rows, keyOf, selected, select, open, close: () => select(null) });
  useShortcuts({
    ' ': (event) => {
      const control = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(CONTROLS) : null;
      if (control) control.click();
      else setPaused(!paused);
    },
    n: showNew,
  });

  const peeked = selected === null ? undefined : rows.find((call) => keyOf(call) === selected);
  const [traceId = '', spanId = ''] = selected?.split('.') ?? [];
  return (
    <Page
      title="Live"
      fixed
      lead={<StatusChip view={view} paused={hold} />}
      actions={
        <Button aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? <Play /> : <Pause />}
          {paused ? 'Resume' : 'Pause'}
          <Kbd keys="Space" className="max-md:hidden" />
        </Button>
      }
    >
      <div className="flex flex-wrap items-start gap-2 border-b border-line bg-surface px-4 py-2">
        <FilterBar
          target="calls"
          value={filter}
          onChange={setFilter}
          error={view.trouble?.problem.place ? view.trouble.problem : undefined}
        />
        <ColumnChooser
          columns={columns}
          state={columnState}
          density={density}
          onDensity={(next) => {
            writePreference('density', next);
            setDensity(next);
          }}
        />
      </div>
      <div className="relative flex min-h-0 flex-1">
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {view.trouble?.problem.place ? null : (
            <Histogram
              key={`${scope.project} ${filter}`}
              project={scope.project}
              filter={filter}
              onZoom={toCalls}
              onPick={jump}
            />
          )}
          <Notices view={view} onAgain={tryAgain} onForgetGap={forgetGap} />
          <div className="relative flex min-h-0 flex-1 flex-col">
            <NewCalls count={hold ? view.held : 0} onShow={showNew} />
            {rows.length === 0 ? (
              <div className="flex min-h-0 flex-1 flex-col justify-center overflow-y-auto bg-surface">
                <NoRows view={view} filter={filter} onFilter={setFilter} onAgain={tryAgain} />
              </div>
            ) : (
              <DataGrid
                label="Live calls"
                columns={columns}
                shown={columnState.shown}
                onShown={columnState.change}
                density={density}
                rows={rows}
                rowKey={keyOf}
                order=""
                selectedKey={selected}
                onSelect={select}
                onOpen={open}
                hasMore={false}
                loadingMore={false}
                onMore={noMore}
                onAtTop={setAtTop}
                handle={grid}
              />
            )}
          </div>
          <LiveFoot view={view} held={hold} />
        </div>
        {selected ? (
          <Peek
            label="The selected call"
            at={peeked ? rows.indexOf(peeked) : -1}
            count={rows.length}
            onClose={() => select(null)}
            onStep={move}
            onOpen={() => openKey(selected, peeked?.project ?? scope.project, false)}
          >
            <SpanPeek traceId={traceId} spanId={spanId} project={peeked?.project ?? scope.project} />
          </Peek>
        ) : null}
      </div>
    </Page>
  );
}

/** The stream brings everything there is. */
function noMore() {
  return;
}

function LiveFoot({ view, held }: { view: LiveView; held: boolean }) {
  return (
    <div className="tabular flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 border-t border-line bg-surface px-4 py-1 text-xs text-ink-3">
      <span>
        {formatCount(view.rows.length)} {view.rows.length === 1 ? 'call' : 'calls'}, newest arrivals first
        {view.dropped > 0
          ? `; ${formatCount(view.dropped)} older ${view.dropped === 1 ? 'one was' : 'ones were'} dropped: at most ${formatCount(KEPT)} are kept`
          : ''}
      </span>
      {view.unsent > 0 ? (
        <span className="text-ink-2">
          {formatCount(view.unsent)} more came too fast to be listed here; all are in Calls
        </span>
      ) : null}
      {held ? <span className="text-ink-2">held still while you read</span> : null}
    </div>
  );
}
