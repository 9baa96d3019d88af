import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { facetsQuery } from '@/api/filters';
import { listQuery, type ListParameters, type ListRow } from '@/api/lists';
import { viewsQuery, type SavedView } from '@/api/views';
import type { Density, GridHandle } from '@/components/grid/data-grid';
import { useColumns } from '@/components/grid/use-columns';
import { useListKeys } from '@/lib/list-keys';
import { useScope } from '@/lib/scope';
import { readPreference, removePreference, writePreference } from '@/lib/storage';
import { USUAL_CHARTS } from './chart-strip';
import type { ListDefinition } from './definition';
import { useListScope } from './list-scope';
import type { ListSearch } from './list-search';
import { usePicked } from './use-picked';
import { shownOf, type Showing } from './view-state';

function readCharts(name: string): string[] | null {
  try {
    const value: unknown = JSON.parse(readPreference(name) ?? 'null');
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null;
  } catch {
    return null;
  }
}

/** Everything a list page knows and can do; the address holds what can be shared, this browser what is taste. */
export function useList<T extends ListRow>(definition: ListDefinition<T>, search: ListSearch) {
  const { list, keyOf } = definition;
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const { scope: now } = useScope();
  const grid = useRef<GridHandle | null>(null);
  const [atTop, setAtTop] = useState(true);
  const [stopped, setStopped] = useState(false);
  // Kept beside the address as well: keys come faster than addresses change.
  const [selected, setSelected] = useState<string | null>(search.peek ?? null);
  const sent = useRef<(string | undefined)[]>([]);
  useEffect(() => {
    const own = sent.current.indexOf(search.peek);
    if (own >= 0) sent.current.splice(0, own + 1);
    else setSelected(search.peek ?? null);
  }, [search.peek]);
  const { scope, paused } = useListScope(!atTop || selected !== null);

  const usualOrder = definition.orders[0] ?? 'time';
  const parameters = useMemo<ListParameters>(
    () => ({ filter: search.filter ?? '', order: search.order ?? usualOrder, dropped: search.dropped ?? false }),
    [search.filter, search.order, search.dropped, usualOrder],
  );
  const options = listQuery<T>(list, scope, parameters);
  const query = useInfiniteQuery(options);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const keys = useMemo(() => rows.map(keyOf), [rows, keyOf]);
  const facets = useQuery(
    facetsQuery(scope, {
      target: list,
      fields: definition.facets,
      filter: parameters.filter,
      dropped: parameters.dropped,
    }),
  );

  // What identifies the list: another one starts at the top, with nothing picked.
  const same = JSON.stringify([parameters, scope.project, scope.range]);
  const picked = usePicked(same, keys);
  const before = useRef(same);
  useEffect(() => {
    if (before.current === same) return;
    before.current = same;
    setStopped(false);
    grid.current?.scrollToTop();
  }, [same]);

  // --- saved views, columns, charts ---
  const views = useQuery({ ...viewsQuery(scope.project, list), enabled: search.view !== undefined });
  const view = views.data?.find((item) => item.view_id === search.view) ?? null;
  const taste = `${list}.${scope.project}${view ? `.${view.view_id}` : ''}`;
  const columns = useMemo(() => definition.columns(now.now), [definition, now.now]);
  const base = useMemo(() => (view ? shownOf(view.state) : null), [view]);
  const columnState = useColumns(taste, columns, base);
  const [chartsOf, setChartsOf] = useState(() => ({ taste, charts: readCharts(`charts.${taste}`) }));
  if (chartsOf.taste !== taste) setChartsOf({ taste, charts: readCharts(`charts.${taste}`) });
  const usualCharts = view?.state.charts ?? USUAL_CHARTS;
  const charts = chartsOf.charts ?? usualCharts;
  const setCharts = (next: readonly string[]) => {
    writePreference(`charts.${taste}`, JSON.stringify(next));
    setChartsOf({ taste, charts: [...next] });
  };
  const [density, setDensity] = useState<Density>(() =>
    readPreference('density') === 'compact' ? 'compact' : 'normal',
  );
  const showing: Showing = {
    filter: parameters.filter,
    order: parameters.order,
    range: now.range,
    columns: columnState.shown,
    charts,
  };

  /** Changes the address; what is undefined goes out of it. */
  const go = useCallback(
    (change: Partial<Record<keyof ListSearch | 'range', string | true | undefined>>, replace = false) => {
      void navigate({
        to: '.',
        replace,
        search: (old) => {
          const merged: Record<string, unknown> = { ...old, ...change };
          return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
        },
      });
    },
    [navigate],
  );
  const setFilter = useCallback(
    (filter: string) => go({ filter: filter === '' ? undefined : filter, peek: undefined }),
    [go],
  );
  const setOrder = (order: string) => {
    go({ order: order === usualOrder ? undefined : order });
    grid.current?.scrollToTop();
  };
  const applyView = (next: SavedView | null) => {
    if (next === null) {
      go({ view: undefined, filter: undefined, order: undefined, peek: undefined });
      return;
    }
    // What was changed by hand since it was saved is given up.
    const name = `${list}.${scope.project}.${next.view_id}`;
    removePreference(`columns.${name}`);
    removePreference(`charts.${name}`);
    if (name === taste) {
      columnState.reset();
      setChartsOf({ taste, charts: null });
    }
    const { state } = next;
    go({
      view: next.view_id,
      filter: state.filter === '' ? undefined : state.filter,
      order: state.order === null || state.order === usualOrder ? undefined : state.order,
      ...(state.range === null ? {} : { range: state.range }),
      peek: undefined,
      dropped: undefined,
    });
  };

  const select = useCallback(
    (row: T | null) => {
      const peek = row ? keyOf(row) : undefined;
      const before = sent.current.length > 0 ? sent.current.at(-1) : search.peek;
      if (peek !== before) sent.current.push(peek);
      setSelected(peek ?? null);
      go({ peek }, true);
    },
    [go, keyOf, search.peek],
  );
  const openKey = useCallback(
    (key: string, project: string, newTab: boolean) => {
      const [traceId = '', spanId] = key.split('.');
      const target = {
        to: '/traces/$traceId',
        params: { traceId },
        search: {
          project,
          ...(spanId === undefined ? {} : { span: spanId }),
          ...(now.range === '' ? {} : { range: now.range }),
        },
      } as const;
      if (newTab) window.open(router.buildLocation(target).href, '_blank', 'noopener');
      else void navigate(target);
    },
    [navigate, router, now.range],
  );
  const open = useCallback((row: T, newTab: boolean) => openKey(keyOf(row), row.project, newTab), [keyOf, openKey]);
  const move = useListKeys({
    rows,
    keyOf,
    selected,
    select,
    open,
    close: () => {
      if (selected !== null) select(null);
      else picked.clear();
    },
    pick: (row, index) => picked.pick(keyOf(row), index, false),
  });

  const stop = () => {
    setStopped(true);
    void client.cancelQueries({ queryKey: options.queryKey });
  };
  const again = () => {
    setStopped(false);
    void query.refetch();
  };
  const { fetchNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  return {
    search,
    scope,
    paused,
    parameters,
    query,
    rows,
    facets,
    grid,
    setAtTop,
    selected,
    select,
    open,
    openKey,
    move,
    more,
    picked,
    view,
    applyView,
    showing,
    columns,
    columnState,
    charts,
    setCharts,
    density,
    setDensity: (next: Density) => {
      writePreference('density', next);
      setDensity(next);
    },
    go,
    setFilter,
    setOrder,
    stopped: stopped && query.fetchStatus === 'idle' && (query.isPending || query.isPlaceholderData),
    stop,
    again,
  };
}

export type ListState<T extends ListRow> = ReturnType<typeof useList<T>>;
