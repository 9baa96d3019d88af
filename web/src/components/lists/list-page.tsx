import { ArrowUpToLine, ListFilter, Pause } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { countFilters, toCallFilters, type FilterSearch } from '@/api/filters';
import { facetsQuery, type Scope } from '@/api/queries';
import { FilterChips } from '@/components/filters/chips';
import { FacetPanel } from '@/components/filters/facet-panel';
import { FilterInput } from '@/components/filters/filter-input';
import type { GridHandle } from '@/components/grid/data-grid';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';
import { formatCount } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { readPreference, writePreference } from '@/lib/storage';

const FACET_VALUES = 20;

/**
 * The scope of a list. It stands still while somebody reads: further down, or with a row open beside the list, new
 * rows would push away what is being read.
 */
export function useListScope(reading: boolean): { scope: Scope; paused: boolean } {
  const { scope, range } = useScope();
  const [held, setHeld] = useState(scope);
  const same = held.project === scope.project && held.range === scope.range;
  const paused = reading && same && range.kind === 'relative';
  if (!paused && held !== scope) setHeld(scope);
  return { scope: paused ? held : scope, paused };
}

interface Props {
  title: string;
  noun: string;
  filters: FilterSearch;
  onFilters: (filters: FilterSearch) => void;
  byName: boolean;
  scope: Scope;
  busy: boolean;
  paused: boolean;
  loaded: number;
  complete: boolean;
  /** Rows in all when it is known; calls are counted by the facets. */
  countFromFacets: boolean;
  actions: ReactNode;
  aside: ReactNode;
  grid: { current: GridHandle | null };
  children: (total: number | undefined) => ReactNode;
}

/** What the lists of calls and traces share: filters, facets, the foot line. */
export function ListPage(props: Props) {
  const {
    title,
    noun,
    filters,
    onFilters,
    byName,
    scope,
    busy,
    paused,
    loaded,
    complete,
    actions,
    aside,
    grid,
    children,
  } = props;
  const [panel, setPanel] = useState(
    () => (readPreference('facets') ?? (window.innerWidth >= 1180 ? 'open' : 'closed')) === 'open',
  );
  const callFilters = useMemo(() => toCallFilters(filters), [filters]);
  const facets = useQuery(facetsQuery(scope, callFilters, FACET_VALUES));
  const count = countFilters(filters) - (filters.dropped ? 1 : 0);
  const total = props.countFromFacets && !facets.isPlaceholderData ? facets.data?.calls : undefined;

  // New filters start at the top.
  const wanted = JSON.stringify([filters, scope.project, scope.range]);
  const shown = useRef(wanted);
  useEffect(() => {
    if (shown.current === wanted) return;
    shown.current = wanted;
    grid.current?.scrollToTop();
  }, [wanted, grid]);

  return (
    <Page
      title={title}
      fixed
      actions={
        <>
          <TimeRangePicker />
          <RefreshControl busy={busy} />
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2">
        <Tooltip content={panel ? 'Hide the filters' : 'Show what there is to filter by'}>
          <Button
            aria-pressed={panel}
            className="aria-pressed:bg-sunken max-md:hidden"
            onClick={() => {
              writePreference('facets', panel ? 'closed' : 'open');
              setPanel(!panel);
            }}
          >
            <ListFilter />
            Filters{count > 0 ? ` (${count})` : ''}
          </Button>
        </Tooltip>
        <FilterInput filters={filters} facets={facets.data?.facets ?? []} byName={byName} onChange={onFilters} />
        <div className="ml-auto flex items-center gap-2">{actions}</div>
      </div>
      <FilterChips filters={filters} onChange={onFilters} />
      <div className="flex min-h-0 flex-1">
        {panel ? (
          <FacetPanel
            filters={filters}
            facets={facets.data?.facets}
            onChange={onFilters}
            stale={facets.isPlaceholderData}
          />
        ) : null}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {children(total)}
          <div
            className="tabular flex h-8 shrink-0 items-center gap-3 border-t border-line bg-surface px-4 text-xs text-ink-3"
            role="status"
          >
            <span>
              {complete
                ? `${formatCount(loaded)} ${noun}`
                : total === undefined
                  ? `${formatCount(loaded)} ${noun} loaded, more below`
                  : `${formatCount(loaded)} of ${formatCount(total)} ${noun} loaded`}
            </span>
            {paused ? (
              <span className="inline-flex items-center gap-1 text-ink-2">
                <Pause aria-hidden className="size-3" /> held still while you read
              </span>
            ) : null}
            <Button look="ghost" size="sm" className="ml-auto" onClick={() => grid.current?.scrollToTop()}>
              <ArrowUpToLine /> Top
            </Button>
          </div>
        </div>
        {aside}
      </div>
    </Page>
  );
}
