import { CircleStop, ListFilter } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { ListRow } from '@/api/lists';
import { ApiError } from '@/api/problem';
import { FacetPanel } from '@/components/filters/facet-panel';
import { FilterBar } from '@/components/filters/filter-bar';
import { ColumnChooser } from '@/components/grid/column-chooser';
import type { Shown } from '@/components/grid/columns';
import { DataGrid } from '@/components/grid/data-grid';
import { NothingHere } from '@/components/project/nothing-here';
import { Page } from '@/components/shell/page';
import { RefreshControl, TimeRangePicker } from '@/components/shell/time-range-picker';
import { Button } from '@/components/ui/button';
import { Empty, Failure } from '@/components/ui/states';
import { readPreference, writePreference } from '@/lib/storage';
import { ChartMenu, ChartStrip } from './chart-strip';
import type { ListDefinition } from './definition';
import { ExportMenu, saveList } from './export-menu';
import { Foot } from './foot';
import { NothingMatches } from './nothing-matches';
import { Peek } from './peek';
import { SelectionBar } from './selection-bar';
import type { ListState } from './use-list';
import { ViewsMenu } from './views-menu';
import { SlowNotice, Waiting } from './waiting';

interface Props<T extends ListRow> {
  definition: ListDefinition<T>;
  state: ListState<T>;
  /** More controls beside the filter. */
  actions?: ReactNode;
  /** Instead of those that are chosen. */
  shown?: readonly Shown[];
  noun?: string;
  /** Instead of the usual words, where there is nothing. */
  empty?: ReactNode;
}

function usePreferred(name: string, usual: boolean): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => (readPreference(name) ?? (usual ? 'open' : 'closed')) === 'open');
  return [
    on,
    (next) => {
      writePreference(name, next ? 'open' : 'closed');
      setOn(next);
    },
  ];
}

/** The frame of the lists: filter, facets, charts, table, and what is looked at beside it. */
export function ListPage<T extends ListRow>({ definition, state, actions, shown, noun, empty }: Props<T>) {
  const { list } = definition;
  const { scope, parameters, query, rows, facets, grid, picked, selected } = state;
  const [panel, setPanel] = usePreferred('facets', window.innerWidth >= 1180);
  const [strip, setStrip] = usePreferred(`charts-open.${list}`, window.innerWidth >= 768 && window.innerHeight >= 700);
  const badFilter = query.isError && ApiError.from(query.error).place !== null;
  const total = facets.isPlaceholderData ? undefined : facets.data?.total;
  const counted = noun ?? definition.noun;
  const columns = shown ?? state.columnState.shown;
  const [traceId = '', spanId = ''] = selected?.split('.') ?? [];
  const peeked = selected === null ? undefined : rows.find((row) => definition.keyOf(row) === selected);
  const pickedRows = () => rows.filter((row) => picked.keys.has(definition.keyOf(row)));

  return (
    <Page
      title={definition.title}
      fixed
      lead={
        <ViewsMenu
          project={scope.project}
          page={list}
          all={definition.all}
          current={state.view}
          showing={state.showing}
          onApply={state.applyView}
        />
      }
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
          onClick={() => setPanel(!panel)}
        >
          <ListFilter />
          Facets
        </Button>
        <FilterBar target={list} value={parameters.filter} onChange={state.setFilter} className="max-md:basis-full" />
        <div className="ml-auto flex items-center gap-2">
          {actions}
          <ChartMenu charts={state.charts} onCharts={state.setCharts} open={strip} onOpen={setStrip} />
          <ColumnChooser
            columns={state.columns}
            state={state.columnState}
            density={state.density}
            onDensity={state.setDensity}
          />
          <ExportMenu list={list} scope={scope} parameters={parameters} columns={state.columns} shown={columns} />
        </div>
      </div>
      <div className="relative flex min-h-0 flex-1">
        {panel ? (
          <FacetPanel
            name={list}
            noun={definition.noun}
            fields={definition.facets}
            ranges={definition.ranges}
            text={parameters.filter}
            facets={facets.data?.facets}
            onChange={state.setFilter}
            stale={facets.isPlaceholderData}
            error={badFilter ? null : facets.error}
            // Where there is no room for three columns, what is looked at comes first.
            {...(selected ? { className: 'max-[1400px]:hidden' } : {})}
          />
        ) : null}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          {strip && state.charts.length > 0 && !badFilter && !parameters.dropped ? (
            <ChartStrip scope={scope} filter={parameters.filter} charts={state.charts} charted={definition.charted} />
          ) : null}
          <SlowNotice reading={query.isFetching && rows.length > 0} onStop={state.stop} />
          <Rows
            definition={definition}
            state={state}
            shown={columns}
            total={total}
            empty={empty}
            badFilter={badFilter}
          />
          {picked.keys.size > 0 ? (
            <SelectionBar
              count={picked.keys.size}
              noun={picked.keys.size === 1 ? definition.one : definition.noun}
              ids={() => [...picked.keys].map((key) => key.replace('.', ' ')).join('\n')}
              onExport={(format) =>
                saveList(
                  list,
                  scope,
                  { ...parameters, filter: definition.only(pickedRows()) },
                  state.columns,
                  columns,
                  format,
                )
              }
              onClear={picked.clear}
            />
          ) : null}
          <Foot
            noun={counted}
            one={definition.one}
            loaded={rows.length}
            pending={query.isPending && !state.stopped}
            complete={!query.hasNextPage}
            total={total}
            paused={state.paused}
            onTop={() => grid.current?.scrollToTop()}
          />
        </div>
        {selected ? (
          <Peek
            label={`The selected ${definition.one}`}
            at={peeked ? rows.indexOf(peeked) : -1}
            count={rows.length}
            onClose={() => state.select(null)}
            onStep={state.move}
            onOpen={() => state.openKey(selected, peeked?.project ?? scope.project, false)}
          >
            <definition.Peek
              row={peeked}
              traceId={traceId}
              spanId={spanId}
              project={peeked?.project ?? scope.project}
            />
          </Peek>
        ) : null}
      </div>
    </Page>
  );
}

interface RowsProps<T extends ListRow> {
  definition: ListDefinition<T>;
  state: ListState<T>;
  shown: readonly Shown[];
  total: number | undefined;
  empty: ReactNode;
  badFilter: boolean;
}

/** The table, or why there is none. */
function Rows<T extends ListRow>({ definition, state, shown, total, empty, badFilter }: RowsProps<T>) {
  const { query, rows, parameters, picked } = state;
  const { list, noun } = definition;
  if (badFilter) {
    return (
      <Empty className="flex-1 bg-surface" icon={<ListFilter />} title="This filter cannot be read">
        What is wrong is marked above, where it stands.
      </Empty>
    );
  }
  if (state.stopped) {
    return (
      <Empty
        className="flex-1 bg-surface"
        icon={<CircleStop />}
        title="Stopped"
        actions={<Button onClick={state.again}>Ask again</Button>}
      >
        The server was told to stop reading. A shorter time range or a narrower filter is answered sooner.
      </Empty>
    );
  }
  if (query.isError && rows.length === 0) {
    return <Failure className="flex-1" error={query.error} what={`The ${noun}`} onRetry={() => void query.refetch()} />;
  }
  if (query.isPending) return <Waiting onStop={state.stop} />;
  if (rows.length === 0) {
    return (
      <div className="flex min-h-0 flex-1 flex-col justify-center overflow-y-auto bg-surface">
        {empty ??
          (parameters.filter === '' ? (
            <NothingHere what={noun} />
          ) : (
            <NothingMatches
              list={list}
              noun={noun}
              scope={state.scope}
              parameters={parameters}
              onFilter={state.setFilter}
              hint={definition.hint}
            />
          ))}
      </div>
    );
  }
  return (
    <>
      {query.isError ? (
        <div role="alert" className="border-b border-line bg-error-soft px-4 py-1.5 text-xs text-error wrap-anywhere">
          {ApiError.from(query.error).message} The rows below are what was loaded before.
        </div>
      ) : null}
      <DataGrid
        label={definition.title}
        columns={state.columns}
        shown={shown}
        onShown={state.columnState.change}
        density={state.density}
        rows={rows}
        rowKey={definition.keyOf}
        order={parameters.order}
        {...(definition.orders.length > 1 ? { onOrder: state.setOrder } : {})}
        selectedKey={state.selected}
        onSelect={state.select}
        onOpen={state.open}
        picked={picked.keys}
        onPick={picked.pick}
        onPickAll={picked.pickAll}
        hasMore={query.hasNextPage}
        loadingMore={query.isFetchingNextPage}
        onMore={state.more}
        onAtTop={state.setAtTop}
        dimmed={query.isPlaceholderData}
        handle={state.grid}
        {...(total === undefined ? {} : { total })}
      />
    </>
  );
}
