import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { Schemas } from '@/api/client';
import { cn } from '@/lib/cn';

const ROW_PX = 28;
const SMALLEST_PX = 70;
const LARGEST_PX = 360;
const CHARACTER_PX = 7.4;
/** Rows that are looked at to choose the widths. */
const SAMPLE = 60;

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isNumeric(type: string): boolean {
  return /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);
}

/** The rows of an answer: only those in sight exist. */
export function Results({ result }: { result: Schemas['SqlResult'] }) {
  const viewport = useRef<HTMLDivElement>(null);
  const { columns, rows } = result;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const widths = columns.map((column, index) => {
    const longest = rows
      .slice(0, SAMPLE)
      .reduce((most, row) => Math.max(most, cellText(row[index]).length), column.name.length + 2);
    return Math.min(Math.max(longest * CHARACTER_PX + 24, SMALLEST_PX), LARGEST_PX);
  });
  const template = widths.map((width) => `${Math.round(width)}px`).join(' ');
  const total = widths.reduce((sum, width) => sum + width, 0);
  return (
    <div
      ref={viewport}
      role="table"
      aria-label="Result"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto bg-surface"
    >
      <div style={{ width: Math.max(total, 1), minWidth: '100%' }}>
        <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-surface">
          <div role="row" aria-rowindex={1} className="grid h-8 items-center" style={{ gridTemplateColumns: template }}>
            {columns.map((column, index) => (
              <div
                key={index}
                role="columnheader"
                title={column.type}
                className={cn('truncate px-3 text-xs font-medium text-ink-2', isNumeric(column.type) && 'text-right')}
              >
                {column.name}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className="absolute inset-x-0 grid items-center border-b border-line/70 hover:bg-sunken/70"
              style={{ height: ROW_PX, transform: `translateY(${item.start}px)`, gridTemplateColumns: template }}
            >
              {columns.map((column, index) => {
                const value = rows[item.index]?.[index];
                const text = cellText(value);
                return (
                  <div
                    key={index}
                    role="cell"
                    title={text.length > 40 ? text.slice(0, 2_000) : undefined}
                    className={cn(
                      'mono truncate px-3 text-xs',
                      isNumeric(column.type) && 'text-right',
                      (value === null || value === undefined) && 'text-ink-3',
                    )}
                  >
                    {text.slice(0, 300)}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** The shown rows as CSV (RFC 4180). */
export function toCsv(result: Schemas['SqlResult']): string {
  const quote = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [result.columns.map((column) => quote(column.name))];
  for (const row of result.rows)
    lines.push(row.map((value) => (value === null || value === undefined ? '' : quote(guardFormula(cellText(value))))));
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}

/** Text from prompts may begin like a formula; spreadsheets would run it. Numbers stay numbers. */
function guardFormula(text: string): string {
  return /^[=+@\t\r]/.test(text) || (text.startsWith('-') && !Number.isFinite(Number(text))) ? `'${text}` : text;
}
