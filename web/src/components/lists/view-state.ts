import type { SavedView, ViewState } from '@/api/views';
import { sameShown, type Shown } from '@/components/grid/columns';

/** What a list shows now, as far as a view can hold it. */
export interface Showing {
  filter: string;
  order: string;
  range: string;
  columns: readonly Shown[];
  charts: readonly string[];
}

export function shownOf(state: ViewState): Shown[] | null {
  return state.columns?.map(({ id, width }) => ({ id, width: width ?? undefined })) ?? null;
}

/** The state to save. Without its range a view shows whatever range is set. */
export function stateOf(showing: Showing, withRange: boolean): ViewState {
  return {
    filter: showing.filter,
    order: showing.order,
    range: withRange ? showing.range : null,
    columns: showing.columns.map(({ id, width }) => ({ id, width: width ?? null })),
    charts: [...showing.charts],
  };
}

/** What is not as the view says; empty when all is. Parts the view does not hold cannot differ. */
export function driftOf(view: SavedView, showing: Showing): string[] {
  const { state } = view;
  const columns = shownOf(state);
  const charts = state.charts ?? null;
  return [
    ...(state.filter === showing.filter ? [] : ['filter']),
    ...(state.order === null || state.order === showing.order ? [] : ['order']),
    ...(state.range === null || state.range === showing.range ? [] : ['time range']),
    ...(columns === null || sameShown(columns, showing.columns) ? [] : ['columns']),
    ...(charts === null || charts.join() === showing.charts.join() ? [] : ['charts']),
  ];
}
