import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useImperativeHandle, useMemo, useRef, type ReactNode, type Ref } from 'react';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { layout, NARROWEST_PX, WIDEST_PX, type GridColumn, type Shown } from './columns';

export type { GridColumn } from './columns';
export type Density = 'normal' | 'compact';

export const ROW_PX: Readonly<Record<Density, number>> = { normal: 34, compact: 26 };

export interface GridHandle {
  scrollToTop: () => void;
}

interface Props<T extends object> {
  label: string;
  columns: readonly GridColumn<T>[];
  shown: readonly Shown[];
  /** Left out: widths stay as they are. */
  onShown?: (shown: readonly Shown[]) => void;
  density?: Density;
  rows: readonly T[];
  rowKey: (row: T) => string;
  order: string;
  onOrder?: (order: string) => void;
  /** The row that is looked at beside the list. */
  selectedKey: string | null;
  onSelect: (row: T, index: number) => void;
  onOpen: (row: T, newTab: boolean) => void;
  /** Rows that were picked out to do something with; left out: none can be. */
  picked?: ReadonlySet<string>;
  onPick?: (key: string, index: number, range: boolean) => void;
  onPickAll?: (on: boolean) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onAtTop?: (atTop: boolean) => void;
  /** Rows in all, when it is known: for screen readers. */
  total?: number;
  dimmed?: boolean;
  handle?: Ref<GridHandle>;
}

/** Ask for more when this many rows are left below. */
const AHEAD_ROWS = 60;
const PICK_PX = 34;

/** A table of any length: only the rows in sight exist, more are fetched before the end is reached. */
export function DataGrid<T extends object>(props: Props<T>) {
  const { columns, shown, rows, rowKey, order, selectedKey, hasMore, loadingMore, onMore, onAtTop } = props;
  const { density = 'normal', picked, onPick } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const rowPx = ROW_PX[density];

  const visible = useMemo(() => {
    const byId = new Map(columns.map((column) => [column.id, column]));
    return shown.flatMap(({ id }) => byId.get(id) ?? []);
  }, [columns, shown]);
  const { template, minWidth } = useMemo(() => {
    const own = layout(columns, shown);
    return onPick
      ? { template: `${PICK_PX}px ${own.template}`, minWidth: own.minWidth + PICK_PX + 24 }
      : { template: own.template, minWidth: own.minWidth + 24 };
  }, [columns, shown, onPick]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowPx,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - AHEAD_ROWS) onMore();
  }, [hasMore, loadingMore, last, rows.length, onMore]);

  useEffect(() => {
    const at = selectedKey === null ? -1 : rows.findIndex((row) => rowKey(row) === selectedKey);
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // Only when the selection moves; not when new rows push it about.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedKey]);

  useImperativeHandle(props.handle, () => ({ scrollToTop: () => viewport.current?.scrollTo({ top: 0 }) }), []);

  return (
    <div
      ref={viewport}
      role="table"
      aria-label={props.label}
      aria-rowcount={props.total ?? (hasMore ? -1 : rows.length + 1)}
      aria-colcount={visible.length + (onPick ? 1 : 0)}
      tabIndex={0}
      className={cn(
        'relative min-h-0 flex-1 overflow-auto bg-surface transition-opacity',
        props.dimmed && 'opacity-60 delay-200',
      )}
      onScroll={(event) => onAtTop?.(event.currentTarget.scrollTop < rowPx)}
    >
      <div style={{ minWidth }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
          <div
            role="row"
            aria-rowindex={1}
            className="grid h-8 items-center gap-0 px-3"
            style={{ gridTemplateColumns: template }}
          >
            {onPick ? (
              <div role="columnheader" className="flex justify-center">
                <PickBox
                  label="Pick every loaded row"
                  checked={(picked?.size ?? 0) > 0 && picked?.size === rows.length}
                  mixed={(picked?.size ?? 0) > 0 && picked?.size !== rows.length}
                  onClick={() => props.onPickAll?.((picked?.size ?? 0) !== rows.length)}
                />
              </div>
            ) : null}
            {visible.map((column) => (
              <Header
                key={column.id}
                column={column}
                order={order}
                onOrder={props.onOrder}
                onWidth={
                  props.onShown &&
                  ((width) =>
                    props.onShown?.(
                      shown.map((item) => (item.id === column.id ? { ...item, width: width ?? undefined } : item)),
                    ))
                }
              />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const key = rowKey(row);
            const isPicked = picked?.has(key) ?? false;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={key === selectedKey}
                data-key={key}
                data-picked={isPicked || undefined}
                className="group absolute inset-x-0 grid cursor-default items-center border-b border-line/70 px-3 hover:bg-sunken/70 data-picked:bg-info-soft/60 aria-selected:bg-accent-soft aria-selected:shadow-[inset_2px_0_0_var(--accent)]"
                style={{ height: rowPx, transform: `translateY(${item.start}px)`, gridTemplateColumns: template }}
                onClick={(event) => {
                  if (event.defaultPrevented || window.getSelection()?.type === 'Range') return;
                  if (event.metaKey || event.ctrlKey) props.onOpen(row, true);
                  else props.onSelect(row, item.index);
                }}
                onDoubleClick={() => props.onOpen(row, false)}
              >
                {onPick ? (
                  <div role="cell" className="flex justify-center">
                    <PickBox
                      label={`Pick row ${item.index + 1}`}
                      checked={isPicked}
                      quiet={(picked?.size ?? 0) === 0}
                      onClick={(range) => onPick(key, item.index, range)}
                    />
                  </div>
                ) : null}
                {visible.map((column) => (
                  <div
                    key={column.id}
                    role="cell"
                    className={cn('min-w-0 truncate px-2', column.right && 'text-right')}
                  >
                    {column.cell(row)}
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

interface HeaderProps<T> {
  column: GridColumn<T>;
  order: string;
  onOrder: ((order: string) => void) | undefined;
  onWidth: ((width: number | null) => void) | undefined;
}

function Header<T>({ column, order, onOrder, onWidth }: HeaderProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const sorted = column.order !== undefined && column.order === order;
  return (
    <div
      ref={box}
      role="columnheader"
      aria-sort={sorted ? 'descending' : undefined}
      className={cn('relative flex min-w-0 px-2 text-xs font-medium text-ink-3', column.right && 'justify-end')}
    >
      {column.order && onOrder ? (
        <button
          type="button"
          className={cn(
            '-mx-1 flex min-w-0 items-center gap-1 rounded px-1 hover:text-ink',
            column.right && 'flex-row-reverse',
            sorted && 'text-ink',
          )}
          title={`Sort by ${column.label.toLowerCase()}, ${column.order === 'time' ? 'newest' : 'largest'} first`}
          onClick={() => {
            if (column.order) onOrder(column.order);
          }}
        >
          <span className="truncate">{column.label}</span>
          <ArrowDown aria-hidden className={cn('size-3 shrink-0', !sorted && 'invisible')} />
        </button>
      ) : (
        <span className="truncate">{column.label}</span>
      )}
      {onWidth ? (
        // For the pointer only: the keyboard sets widths in the list of columns.
        <div
          aria-hidden
          title="Drag to change the width, double-click for the usual one"
          className="absolute -inset-y-1.5 -right-1 z-10 w-2 cursor-col-resize touch-none after:absolute after:inset-y-1.5 after:left-1/2 after:w-px after:bg-line hover:after:bg-accent"
          onPointerDown={(event) => {
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerMove={(event) => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
            const width = Math.round(event.clientX - box.current.getBoundingClientRect().left);
            onWidth(Math.min(Math.max(width, NARROWEST_PX), WIDEST_PX));
          }}
          onDoubleClick={() => onWidth(null)}
        />
      ) : null}
    </div>
  );
}

interface PickProps {
  label: string;
  checked: boolean;
  mixed?: boolean;
  /** Seen only under the pointer or with the focus, until something is picked. */
  quiet?: boolean;
  onClick: (range: boolean) => void;
}

function PickBox({ label, checked, mixed = false, quiet = false, onClick }: PickProps): ReactNode {
  return (
    <button
      type="button"
      role="checkbox"
      aria-label={label}
      aria-checked={mixed ? 'mixed' : checked}
      className="flex size-6 items-center justify-center rounded"
      onClick={(event) => {
        event.stopPropagation();
        onClick(event.shiftKey);
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <span
        aria-hidden
        className={cn(
          'flex size-3.5 items-center justify-center rounded-[3px] border text-[9px] leading-none',
          checked || mixed ? 'border-accent bg-accent text-accent-ink' : 'border-line-strong bg-surface',
          quiet && 'opacity-55 group-hover:opacity-100',
        )}
      >
        {mixed ? '–' : checked ? '✓' : ''}
      </span>
    </button>
  );
}
