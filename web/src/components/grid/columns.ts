import type { ReactNode } from 'react';

export interface GridColumn<T> {
  id: string;
  label: string;
  /** Pixels; a growing column is at least this wide. */
  size: number;
  grow?: boolean;
  right?: boolean;
  /** What the server calls the order by this column. */
  order?: string;
  hidden?: boolean;
  /** What it shows, as the API calls it: the columns of a file with the same columns. */
  fields?: readonly string[];
  cell: (row: T) => ReactNode;
}

/** A column that is shown, in its place. Width in pixels; undefined is the usual one. */
export interface Shown {
  id: string;
  width?: number | undefined;
}

export const NARROWEST_PX = 48;
export const WIDEST_PX = 1_200;

interface Sized {
  id: string;
  size: number;
  grow?: boolean;
  hidden?: boolean;
}

/** The columns that are shown when nobody chose. */
export function usualColumns(columns: readonly Sized[]): Shown[] {
  return columns.filter((column) => !column.hidden).map(({ id }) => ({ id }));
}

function widthOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= NARROWEST_PX && value <= WIDEST_PX ? Math.round(value) : undefined;
}

/** Reads a choice of columns from whatever was stored; what there is no more is left out. Null when nothing is left. */
export function readShown(value: unknown, columns: readonly Sized[]): Shown[] | null {
  if (!Array.isArray(value)) return null;
  const known = new Set(columns.map((column) => column.id));
  const found: Shown[] = [];
  for (const item of value as unknown[]) {
    if (typeof item !== 'object' || item === null || !('id' in item)) continue;
    const { id } = item;
    if (typeof id !== 'string' || !known.delete(id)) continue;
    found.push({ id, width: widthOf('width' in item ? item.width : undefined) });
  }
  return found.length > 0 ? found : null;
}

export function sameShown(a: readonly Shown[], b: readonly Shown[]): boolean {
  return a.length === b.length && a.every((item, index) => item.id === b[index]?.id && item.width === b[index].width);
}

/** The list with one item at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(Math.min(Math.max(to, 0), next.length), 0, item);
  return next;
}

/** Shown or not shown; a column that comes back stands where it stands by itself. */
export function toggled(shown: readonly Shown[], id: string, columns: readonly Sized[]): Shown[] {
  if (shown.some((item) => item.id === id)) {
    return shown.length > 1 ? shown.filter((item) => item.id !== id) : [...shown];
  }
  const place = columns.findIndex((column) => column.id === id);
  const before = new Set(columns.slice(0, place).map((column) => column.id));
  const after = shown.findLastIndex((item) => before.has(item.id));
  return [...shown.slice(0, after + 1), { id }, ...shown.slice(after + 1)];
}

/** `grid-template-columns` and the width below which the table scrolls sideways. */
export function layout(columns: readonly Sized[], shown: readonly Shown[]): { template: string; minWidth: number } {
  const byId = new Map(columns.map((column) => [column.id, column]));
  const parts = shown.flatMap(({ id, width }) => {
    const column = byId.get(id);
    return column ? [{ px: width ?? column.size, grow: column.grow === true && width === undefined }] : [];
  });
  // When every column has a width of its own, the rest of the line stays empty instead of stretching one of them.
  const anyGrows = parts.some((part) => part.grow);
  const template = parts.map((part) => (part.grow ? `minmax(${part.px}px, 1fr)` : `${part.px}px`)).join(' ');
  return {
    template: anyGrows ? template : `${template} 1fr`,
    minWidth: parts.reduce((sum, part) => sum + part.px, 0),
  };
}
