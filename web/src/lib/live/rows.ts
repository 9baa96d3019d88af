/** The rows of a stream: a bounded list, newest arrivals first, that can be held still while somebody reads. */

export const KEPT = 2_000;

export interface LiveRows<T> {
  rows: readonly T[];
  /** What came while the list was held, newest first. */
  waiting: readonly T[];
  /** How many came while it was held: more than `waiting` keeps, when it was held for long. */
  held: number;
  /** How many were dropped at the old end. */
  dropped: number;
}

export const NO_ROWS: LiveRows<never> = { rows: [], waiting: [], held: 0, dropped: 0 };

/**
 * Takes in what came, newest first. A row that is there already is replaced where it stands, held or not; the others go
 * to the top, or wait.
 */
export function take<T>(
  state: LiveRows<T>,
  items: readonly T[],
  keyOf: (row: T) => string,
  hold: boolean,
  kept: number = KEPT,
): LiveRows<T> {
  const news = new Map(items.map((item) => [keyOf(item), item]));
  const renewed = (rows: readonly T[]) => {
    const next = rows.map((row) => {
      const item = news.get(keyOf(row));
      if (item === undefined) return row;
      news.delete(keyOf(row));
      return item;
    });
    return next.some((row, index) => row !== rows[index]) ? next : rows;
  };
  const rows = renewed(state.rows);
  const waiting = renewed(state.waiting);
  const fresh = [...news.values()];
  if (!hold) return release({ ...state, rows, waiting: [...fresh, ...waiting], held: state.held + fresh.length }, kept);
  return { ...state, rows, waiting: [...fresh, ...waiting].slice(0, kept), held: state.held + fresh.length };
}

/** Puts what waited on top. */
export function release<T>(state: LiveRows<T>, kept: number = KEPT): LiveRows<T> {
  if (state.held === 0) return state;
  const rows = [...state.waiting, ...state.rows].slice(0, kept);
  return {
    rows,
    waiting: [],
    held: 0,
    dropped: state.dropped + state.held + state.rows.length - rows.length,
  };
}

/** Older rows below those that are there: what was before the stream began. */
export function append<T>(
  state: LiveRows<T>,
  items: readonly T[],
  keyOf: (row: T) => string,
  kept: number = KEPT,
): LiveRows<T> {
  const known = new Set([...state.rows, ...state.waiting].map(keyOf));
  const older = items.filter((item) => !known.has(keyOf(item)));
  return older.length === 0 ? state : { ...state, rows: [...state.rows, ...older].slice(0, kept) };
}
