import type { ReactNode } from 'react';
import type { FacetField, RangeField } from '@/api/filters';
import type { ListName, ListRow } from '@/api/lists';
import type { GridColumn } from '@/components/grid/columns';

/** What makes one list different from the others. */
export interface ListDefinition<T extends ListRow> {
  list: ListName;
  title: string;
  /** "All calls": the list without a saved view. */
  all: string;
  /** "calls", in counts. */
  noun: string;
  one: string;
  facets: readonly FacetField[];
  ranges: readonly RangeField[];
  /** Fields that the charts of calls understand in the same way; null: all of them. */
  charted: ReadonlySet<string> | null;
  /** What the server can order by; the first is the usual one. */
  orders: readonly string[];
  columns: (now: number) => readonly GridColumn<T>[];
  /** Trace id, or trace and span id with a dot between. */
  keyOf: (row: T) => string;
  /** A filter that finds just these rows. */
  only: (rows: readonly T[]) => string;
  /** Said when a filter finds nothing. */
  hint: string;
  Peek: (props: { row: T | undefined; traceId: string; spanId: string; project: string }) => ReactNode;
}
