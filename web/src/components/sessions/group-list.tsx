import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { GroupOrder } from '@/api/groups';
import { isGroupOrder } from '@/api/groups';
import { FigurePage } from '@/components/analytics/figure-page';
import { ColumnChooser } from '@/components/grid/column-chooser';
import { DataGrid, type Density, type GridColumn } from '@/components/grid/data-grid';
import { useColumns } from '@/components/grid/use-columns';
import { NothingHere } from '@/components/project/nothing-here';
import { Failure, GridLoading } from '@/components/ui/states';
import { formatCount } from '@/lib/format';
import { useListKeys } from '@/lib/list-keys';
import { readPreference } from '@/lib/storage';

interface Answer<T> {
  items: T[];
  next_cursor: string | null;
}

interface Props<T extends object> {
  title: string;
  /** Sessions, users: in lower case. */
  noun: string;
  filter: string;
  order: GroupOrder;
  onOrder: (order: GroupOrder) => void;
  query: UseInfiniteQueryResult<InfiniteData<Answer<T>>>;
  columns: readonly GridColumn<T>[];
  rowKey: (row: T) => string;
  onOpen: (row: T, newTab: boolean) => void;
  /** What to say when there are calls, but none names such a thing. */
  none: ReactNode;
}

/** What the lists of sessions and users share. */
export function GroupList<T extends object>(props: Props<T>) {
  const { title, noun, filter, order, onOrder, query, columns, rowKey, onOpen, none } = props;
  const [density, setDensity] = useState<Density>(() =>
    readPreference('density') === 'compact' ? 'compact' : 'normal',
  );
  const [selected, setSelected] = useState<string | null>(null);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columnState = useColumns(noun, columns, null);
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query;
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  useListKeys({
    rows,
    keyOf: rowKey,
    selected,
    select: (row) => setSelected(rowKey(row)),
    open: onOpen,
    close: () => setSelected(null),
  });
  return (
    <FigurePage
      title={title}
      filter={filter}
      busy={query.isFetching}
      error={query.error}
      fixed
      actions={<ColumnChooser columns={columns} state={columnState} density={density} onDensity={setDensity} />}
    >
      <div className="flex min-h-0 flex-1 flex-col">
        {query.isError && rows.length === 0 ? (
          <Failure className="flex-1" error={query.error} what={`The ${noun}`} onRetry={() => void query.refetch()} />
        ) : query.isPending ? (
          <GridLoading />
        ) : rows.length === 0 ? (
          <div className="flex flex-1 flex-col justify-center bg-surface">
            {filter === '' ? <NothingHere what={noun} none={none} /> : <FigurePage.NoMatch />}
          </div>
        ) : (
          <DataGrid
            label={title}
            columns={columns}
            shown={columnState.shown}
            onShown={columnState.change}
            density={density}
            rows={rows}
            rowKey={rowKey}
            order={order}
            onOrder={(next) => {
              if (isGroupOrder(next)) onOrder(next);
            }}
            selectedKey={selected}
            onSelect={(row) => onOpen(row, false)}
            onOpen={onOpen}
            hasMore={hasNextPage}
            loadingMore={isFetchingNextPage}
            onMore={more}
            dimmed={query.isPlaceholderData}
          />
        )}
        <div
          className="tabular flex h-8 shrink-0 items-center border-t border-line bg-surface px-4 text-xs text-ink-3"
          role="status"
        >
          {query.isPending
            ? ''
            : hasNextPage
              ? `${formatCount(rows.length)} ${noun} loaded, more below`
              : `${formatCount(rows.length)} ${noun}`}
        </div>
      </div>
    </FigurePage>
  );
}
