import { ArrowDown, Download } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/cn';
import { saveCsv, toCsv, type CsvCell } from '@/lib/csv';

export interface FigureColumn<T> {
  id: string;
  label: string;
  /** Said on hover: what the figure means. */
  about?: string;
  cell: (row: T) => ReactNode;
  /** For sorting and for CSV; null sorts last. */
  value: (row: T) => CsvCell;
  /** Left and wide: the name of the row. */
  name?: boolean;
  /** Left: words, not a figure. */
  words?: boolean;
  strong?: boolean;
}

interface Props<T> {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  rows: readonly T[];
  rowKey: (row: T) => string;
  columns: readonly FigureColumn<T>[];
  /** Column to sort by at first; the rows' own order when left out. */
  order?: string;
  empty?: ReactNode;
  shown?: number;
  className?: string;
  /** Marks the last row as what is left over: it stays last in every order. */
  isRest?: (row: T) => boolean;
}

function compare(a: CsvCell, b: CsvCell): number {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing !== 0 || a === null || a === undefined || b === null || b === undefined) return missing;
  return typeof a === 'number' && typeof b === 'number' ? b - a : String(a).localeCompare(String(b));
}

/** A card with a table of figures: sorts by a click on a heading, saves as CSV. */
export function FigureTable<T>(props: Props<T>) {
  const { title, note, actions, rows, rowKey, columns, empty, shown = 10, className, isRest } = props;
  const [order, setOrder] = useState(props.order ?? null);
  const [all, setAll] = useState(false);
  const by = columns.find((column) => column.id === order);
  const sorted = useMemo(() => {
    const parts = isRest ? [rows.filter((row) => !isRest(row)), rows.filter(isRest)] : [rows, []];
    const [own = [], rest = []] = parts;
    return [...(by ? [...own].sort((a, b) => compare(by.value(a), by.value(b))) : own), ...rest];
  }, [rows, by, isRest]);
  const visible = all ? sorted : sorted.slice(0, shown);
  return (
    <section className={cn('card flex min-w-0 flex-col', className)} aria-label={title}>
      <div className="flex items-start gap-1 pt-3 pr-2 pb-1 pl-4">
        <h2 className="min-w-0 flex-1 font-semibold">
          {title} {note ? <span className="text-xs font-normal text-ink-3">{note}</span> : null}
        </h2>
        {actions}
        {rows.length > 0 ? (
          <Tooltip content="Save as CSV">
            <Button
              look="ghost"
              size="icon-sm"
              aria-label={`${title}: save as CSV`}
              onClick={() =>
                saveCsv(
                  title,
                  toCsv(
                    columns.map((column) => column.label),
                    sorted.map((row) => columns.map((column) => column.value(row))),
                  ),
                )
              }
            >
              <Download />
            </Button>
          </Tooltip>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <div className="px-4 pb-4 text-sm text-ink-3">{empty ?? 'Nothing in this range.'}</div>
      ) : (
        <div className="relative overflow-x-auto pb-1.5" tabIndex={0} role="region" aria-label={`${title}: table`}>
          <table className="w-full">
            <thead className="text-xs text-ink-3">
              <tr>
                {columns.map((column) => (
                  <th
                    key={column.id}
                    scope="col"
                    aria-sort={column.id === order ? (column.name ? 'ascending' : 'descending') : undefined}
                    className={cn(
                      'px-2 py-1.5 font-medium whitespace-nowrap first:pl-4 last:pr-4',
                      column.name || column.words ? 'text-left' : 'text-right',
                    )}
                  >
                    <button
                      type="button"
                      title={column.about}
                      className={cn(
                        'inline-flex items-center gap-0.5 rounded hover:text-ink',
                        column.id === order && 'text-ink',
                        !column.name && !column.words && 'flex-row-reverse',
                      )}
                      onClick={() => setOrder(column.id)}
                    >
                      {column.label}
                      <ArrowDown
                        aria-hidden
                        className={cn('size-3', column.id !== order && 'invisible', column.name && 'rotate-180')}
                      />
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {visible.map((row) => (
                <tr key={rowKey(row)} className="border-t border-line hover:bg-sunken/60">
                  {columns.map((column) =>
                    column.name ? (
                      <td key={column.id} className="h-9 max-w-72 min-w-36 py-1 pr-2 pl-4">
                        {column.cell(row)}
                      </td>
                    ) : (
                      <td
                        key={column.id}
                        className={cn(
                          'h-9 px-2 whitespace-nowrap last:pr-4',
                          column.words ? 'text-left' : 'text-right',
                          column.strong && 'font-medium',
                        )}
                      >
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
          {sorted.length > shown ? (
            <Button look="ghost" size="sm" className="m-1.5 ml-2.5" onClick={() => setAll(!all)}>
              {all ? `Show the first ${shown}` : `Show all ${sorted.length}`}
            </Button>
          ) : null}
        </div>
      )}
    </section>
  );
}

/** The share of a part, drawn under its name. */
export function ShareBar({ share, color = 'var(--accent)' }: { share: number; color?: string }) {
  return (
    <span aria-hidden className="mt-0.5 block h-1 w-full rounded-full bg-sunken">
      <span
        className="block h-1 rounded-full"
        style={{ width: `${Math.min(Math.max(share * 100, share > 0 ? 1.5 : 0), 100)}%`, background: color }}
      />
    </span>
  );
}
