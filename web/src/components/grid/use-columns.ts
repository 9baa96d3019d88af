import { useCallback, useMemo, useState } from 'react';
import { readPreference, removePreference, writePreference } from '@/lib/storage';
import { readShown, sameShown, usualColumns, type GridColumn, type Shown } from './columns';

function stored(name: string): unknown {
  try {
    return JSON.parse(readPreference(name) ?? 'null');
  } catch {
    return null;
  }
}

export interface ColumnState {
  shown: readonly Shown[];
  change: (shown: readonly Shown[]) => void;
  reset: () => void;
  /** Whether they are as the base says. */
  usual: boolean;
}

/**
 * Which columns are shown, in which order and how wide, remembered in this browser under a name. `base` is what they
 * are before anybody changes them: those of a saved view, else the usual ones.
 */
export function useColumns<T>(
  name: string,
  columns: readonly GridColumn<T>[],
  base: readonly Shown[] | null,
): ColumnState {
  const preference = `columns.${name}`;
  const [changed, setChanged] = useState<{ name: string; value: unknown }>(() => ({ name, value: stored(preference) }));
  // Another list, project or view: its own choice.
  const value = changed.name === name ? changed.value : stored(preference);
  if (changed.name !== name) setChanged({ name, value });

  const standard = useMemo(() => readShown(base, columns) ?? usualColumns(columns), [base, columns]);
  const shown = useMemo(() => readShown(value, columns) ?? standard, [value, columns, standard]);
  const reset = useCallback(() => {
    removePreference(preference);
    setChanged({ name, value: null });
  }, [name, preference]);
  const change = useCallback(
    (next: readonly Shown[]) => {
      if (sameShown(next, standard)) {
        reset();
        return;
      }
      writePreference(preference, JSON.stringify(next));
      setChanged({ name, value: next });
    },
    [name, preference, reset, standard],
  );
  return { shown, change, reset, usual: sameShown(shown, standard) };
}
