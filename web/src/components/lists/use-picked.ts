import { useCallback, useEffect, useRef, useState } from 'react';

export interface Picked {
  keys: ReadonlySet<string>;
  /** One row, or all from the last one to this. */
  pick: (key: string, index: number, range: boolean) => void;
  pickAll: (on: boolean) => void;
  clear: () => void;
}

/** Rows picked out of a list; another list (`of`) starts with none. */
export function usePicked(of: string, keys: readonly string[]): Picked {
  const [state, setState] = useState<{ of: string; keys: ReadonlySet<string> }>({ of, keys: new Set() });
  const last = useRef(0);
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  if (state.of !== of) setState({ of, keys: new Set() });
  const pick = useCallback((key: string, index: number, range: boolean) => {
    setState((old) => {
      const next = new Set(old.keys);
      if (range) {
        const [from, to] = [Math.min(last.current, index), Math.max(last.current, index)];
        for (const item of latest.current.slice(from, to + 1)) next.add(item);
      } else if (!next.delete(key)) {
        next.add(key);
      }
      return { ...old, keys: next };
    });
    if (!range) last.current = index;
  }, []);
  const pickAll = useCallback(
    (on: boolean) => setState((old) => ({ ...old, keys: new Set(on ? latest.current : []) })),
    [],
  );
  const clear = useCallback(() => setState((old) => ({ ...old, keys: new Set() })), []);
  return { keys: state.keys, pick, pickAll, clear };
}
