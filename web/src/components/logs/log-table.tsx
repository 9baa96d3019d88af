import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import type { LogItem } from '@/api/signals';
import type { GridHandle } from '@/components/grid/data-grid';
import { Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatRowTime, formatTimestamp } from '@/lib/format';
import { LogDetails } from './log-details';
import { Severity } from './severity';

export const logKey = (log: LogItem) => `${log.project}.${log.record_id}.${log.time}`;

interface Props {
  rows: readonly LogItem[];
  now: number;
  open: ReadonlySet<string>;
  onToggle: (log: LogItem) => void;
  /** Where the keyboard is. */
  selected: string | null;
  onFilter: (term: string) => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onAtTop: (atTop: boolean) => void;
  dimmed: boolean;
  handle: Ref<GridHandle>;
  total?: number | undefined;
}

const ROW_PX = 32;
const AHEAD_ROWS = 60;
const COLUMNS =
  'grid grid-cols-[1rem_7rem_3rem_minmax(0,1fr)] items-center gap-x-2.5 md:grid-cols-[1rem_11rem_3rem_9rem_minmax(0,1fr)]';
/** More of a body does not fit into a line. */
const LINE_CHARACTERS = 400;

/** What stands in the row: the first line of the body, or the name of an event that has none. */
function lineOf(log: LogItem): string {
  const line = (log.body ?? '').slice(0, LINE_CHARACTERS).replace(/\s+/g, ' ').trim();
  return line === '' ? log.event_name : line;
}

/** Log records of any number: only what is in sight exists, and a row opens in place. */
export function LogTable(props: Props) {
  const { rows, now, open, onToggle, selected, onFilter, hasMore, loadingMore, onMore, onAtTop, dimmed, total } = props;
  const viewport = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : logKey(row);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && last >= rows.length - AHEAD_ROWS) onMore();
  }, [hasMore, loadingMore, last, rows.length, onMore]);
  useEffect(() => {
    const at = selected === null ? -1 : rows.findIndex((row) => logKey(row) === selected);
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
    // Only when the keyboard moves; not when new rows push the selection about.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
  useImperativeHandle(props.handle, () => ({ scrollToTop: () => viewport.current?.scrollTo({ top: 0 }) }), []);
  return (
    <div
      ref={viewport}
      role="table"
      aria-label="Logs"
      aria-rowcount={total === undefined ? (hasMore ? -1 : rows.length + 1) : total + 1}
      tabIndex={0}
      className={cn(
        'relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto bg-surface transition-opacity',
        dimmed && 'opacity-60 delay-200',
      )}
      onScroll={(event) => onAtTop(event.currentTarget.scrollTop < ROW_PX)}
    >
      <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
        <div role="row" aria-rowindex={1} className={cn(COLUMNS, 'h-8 px-3 text-xs font-medium text-ink-3')}>
          <span role="columnheader">
            <span className="sr-only">Open</span>
          </span>
          <span role="columnheader">Time</span>
          <span role="columnheader">Level</span>
          <span role="columnheader" className="max-md:hidden">
            Service
          </span>
          <span role="columnheader">Body</span>
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const log = rows[item.index];
          if (!log) return null;
          const key = logKey(log);
          const isOpen = open.has(key);
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              data-key={key}
              role="row"
              aria-rowindex={item.index + 2}
              className="absolute inset-x-0 border-b border-line/70"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <div
                role="presentation"
                className={cn(
                  COLUMNS,
                  'cursor-pointer px-3 hover:bg-sunken/70',
                  key === selected && 'bg-accent-soft shadow-[inset_2px_0_0_var(--accent)]',
                )}
                style={{ height: ROW_PX - 1 }}
                onClick={() => {
                  if (window.getSelection()?.type !== 'Range') onToggle(log);
                }}
              >
                <span role="cell">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    aria-label={`${isOpen ? 'Close' : 'Open'} the record of ${formatTimestamp(log.time)}`}
                    className="flex size-4 items-center justify-center rounded text-ink-3"
                    onClick={(event) => {
                      event.stopPropagation();
                      onToggle(log);
                    }}
                  >
                    <ChevronRight className={cn('size-3.5 transition-transform', isOpen && 'rotate-90')} />
                  </button>
                </span>
                <span role="cell" className="tabular truncate text-xs text-ink-2" title={formatTimestamp(log.time)}>
                  <span className="md:hidden">{formatRowTime(log.time, now)}</span>
                  <span className="max-md:hidden">{formatTimestamp(log.time)}</span>
                </span>
                <span role="cell">
                  <Severity severity={log.severity} />
                </span>
                <span role="cell" className="truncate text-xs text-ink-2 max-md:hidden" title={log.service}>
                  {log.service}
                </span>
                <span role="cell" className="mono flex min-w-0 items-center gap-2 text-xs">
                  {log.event_name !== '' && log.body !== '' && log.body !== null ? (
                    <span className="max-w-40 shrink-0 truncate rounded bg-sunken px-1.5 text-2xs text-ink-2">
                      {log.event_name}
                    </span>
                  ) : null}
                  <span className="truncate">{lineOf(log)}</span>
                </span>
              </div>
              {isOpen ? (
                <div role="cell">
                  <LogDetails log={log} onFilter={onFilter} />
                </div>
              ) : null}
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
  );
}
