import { useShortcuts } from './keyboard';

interface Options<T> {
  rows: readonly T[];
  keyOf: (row: T) => string;
  selected: string | null;
  select: (row: T) => void;
  open: (row: T, newTab: boolean) => void;
  close: () => void;
  /** Picks the row out, or puts it back. */
  pick?: (row: T, index: number) => void;
}

/** Moves through a list from the keyboard; returns a function that moves by some rows. */
export function useListKeys<T>({ rows, keyOf, selected, select, open, close, pick }: Options<T>): (by: number) => void {
  const at = selected === null ? -1 : rows.findIndex((row) => keyOf(row) === selected);
  const move = (by: number) => {
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next !== undefined) select(next);
  };
  const openCurrent = () => {
    const row = rows[at];
    if (row !== undefined) open(row, false);
  };
  useShortcuts({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Enter: (event) => {
      // Enter on a focused button or link is the button's.
      const control = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('a, button') : null;
      if (control) control.click();
      else openCurrent();
    },
    Escape: close,
    ...(pick
      ? {
          x: () => {
            const row = rows[at];
            if (row !== undefined) pick(row, at);
          },
        }
      : {}),
  });
  return move;
}
