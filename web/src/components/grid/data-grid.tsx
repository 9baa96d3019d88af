import {
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type ColumnVisibilityState,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useImperativeHandle, useMemo, useRef, type ReactNode, type Ref } from 'react';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';

const features = tableFeatures({ columnVisibilityFeature, columnSizingFeature });

export interface GridColumn<T extends object> {
  id: string;
  label: string;
  /** Pixels; a growing column is at least this wide. */
  size: number;
  grow?: boolean;
  right?: boolean;
  /** What the server calls the order by this column. */
  order?: string;
  hidden?: boolean;
  cell: (row: T) => ReactNode;
}

export interface GridHandle {
  scrollToTop: () => void;
}

interface Props<T extends object> {
  label: string;
  columns: readonly GridColumn<T>[];
  visibility: ColumnVisibilityState;
  rows: readonly T[];
  rowKey: (row: T) => string;
  order: string;
  onOrder?: (order: string) => void;
  selectedKey: string | null;
  onSelect: (row: T, index: number) => void;
  onOpen: (row: T, newTab: boolean) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onAtTop?: (atTop: boolean) => void;
  /** Rows in all, when it is known: for screen readers. */
  total?: number;
  dimmed?: boolean;
  handle?: Ref<GridHandle>;
}

const ROW_PX = 34;
/** Ask for more when this many rows are left below. */
const AHEAD_ROWS = 40;

/** A table of any length: only the rows in sight exist, more are fetched before the end is reached. */
export function DataGrid<T extends object>(props: Props<T>) {
  const { columns, visibility, rows, rowKey, order, onOrder, selectedKey, hasMore, loadingMore, onMore, onAtTop } =
    props;
  const viewport = useRef<HTMLDivElement>(null);

  const definitions = useMemo<ColumnDef<typeof features, T>[]>(
    () =>
      columns.map((column) => ({ id: column.id, header: column.label, size: column.size, accessorFn: (row) => row })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    state: { columnVisibility: visibility },
  });
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const visible = table.getVisibleLeafColumns().flatMap((column) => {
    const known = byId.get(column.id);
    return known ? [known] : [];
  });
  const model = table.getRowModel().rows;
  const template = visible
    .map((column) => (column.grow ? `minmax(${column.size}px, 1fr)` : `${column.size}px`))
    .join(' ');
  const minWidth = visible.reduce((sum, column) => sum + column.size, 0) + 24;

  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= model.length - AHEAD_ROWS) onMore();
  }, [hasMore, loadingMore, last, model.length, onMore]);

  const selectedIndex = selectedKey === null ? -1 : model.findIndex((row) => row.id === selectedKey);
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: 'auto' });
    // Only when the selection moves; not when new rows push it about.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedKey]);

  useImperativeHandle(props.handle, () => ({ scrollToTop: () => viewport.current?.scrollTo({ top: 0 }) }), []);

  return (
    <div
      ref={viewport}
      role="table"
      aria-label={props.label}
      aria-rowcount={props.total ?? (hasMore ? -1 : model.length + 1)}
      aria-colcount={visible.length}
      tabIndex={0}
      className={cn(
        'relative min-h-0 flex-1 overflow-auto bg-surface transition-opacity',
        props.dimmed && 'opacity-60 delay-200',
      )}
      onScroll={(event) => onAtTop?.(event.currentTarget.scrollTop < ROW_PX)}
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
          <div
            role="row"
            aria-rowindex={1}
            className="grid h-8 items-center gap-0 px-3"
            style={{ gridTemplateColumns: template }}
          >
            {visible.map((column) => (
              <div
                key={column.id}
                role="columnheader"
                aria-sort={column.order && column.order === order ? 'descending' : undefined}
                className={cn('flex min-w-0 px-2 text-xs font-medium text-ink-3', column.right && 'justify-end')}
              >
                {column.order && onOrder ? (
                  <button
                    type="button"
                    className={cn(
                      '-mx-1 flex items-center gap-1 rounded px-1 hover:text-ink',
                      column.right && 'flex-row-reverse',
                      column.order === order && 'text-ink',
                    )}
                    title={`Sort by ${column.label.toLowerCase()}, ${column.order === 'time' ? 'newest' : 'largest'} first`}
                    onClick={() => {
                      if (column.order) onOrder(column.order);
                    }}
                  >
                    {column.label}
                    <ArrowDown aria-hidden className={cn('size-3', column.order !== order && 'invisible')} />
                  </button>
                ) : (
                  <span className="truncate">{column.label}</span>
                )}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = model[item.index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={row.id === selectedKey}
                data-key={row.id}
                className="absolute inset-x-0 grid cursor-default items-center border-b border-line/70 px-3 hover:bg-sunken/70 aria-selected:bg-accent-soft aria-selected:shadow-[inset_2px_0_0_var(--accent)]"
                style={{ height: ROW_PX, transform: `translateY(${item.start}px)`, gridTemplateColumns: template }}
                onClick={(event) => {
                  if (event.defaultPrevented || window.getSelection()?.type === 'Range') return;
                  if (event.metaKey || event.ctrlKey) props.onOpen(row.original, true);
                  else props.onSelect(row.original, item.index);
                }}
                onDoubleClick={() => props.onOpen(row.original, false)}
              >
                {visible.map((column) => (
                  <div
                    key={column.id}
                    role="cell"
                    className={cn('min-w-0 truncate px-2', column.right && 'text-right')}
                  >
                    {column.cell(row.original)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
        {loadingMore ? (
          <div className="flex flex-col gap-2 px-5 py-3" aria-hidden>
            <Skeleton className="h-4" />
            <Skeleton className="h-4 w-3/4" />
          </div>
        ) : null}
      </div>
    </div>
  );
}
