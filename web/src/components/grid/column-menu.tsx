import { Columns3 } from 'lucide-react';
import { useCallback, useState } from 'react';
import { Button } from '@/components/ui/button';
import {
  Menu,
  MenuCheckItem,
  MenuContent,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  MenuTrigger,
} from '@/components/ui/menu';
import { Tooltip } from '@/components/ui/tooltip';
import { readPreference, writePreference } from '@/lib/storage';
import type { GridColumn } from './data-grid';

type Visibility = Record<string, boolean>;

function read(name: string): Visibility {
  try {
    const value: unknown = JSON.parse(readPreference(name) ?? '{}');
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'),
        )
      : {};
  } catch {
    return {};
  }
}

/** Which columns are shown, remembered in this browser. */
export function useColumns<T extends object>(name: string, columns: readonly GridColumn<T>[]) {
  const [changed, setChanged] = useState(() => read(`columns.${name}`));
  const visibility = Object.fromEntries(columns.map((column) => [column.id, changed[column.id] ?? !column.hidden]));
  const change = useCallback(
    (next: Visibility) => {
      writePreference(`columns.${name}`, JSON.stringify(next));
      setChanged(next);
    },
    [name],
  );
  return {
    visibility,
    toggle: (id: string) => change({ ...changed, [id]: !visibility[id] }),
    reset: () => change({}),
  };
}

interface Props<T extends object> {
  columns: readonly GridColumn<T>[];
  state: ReturnType<typeof useColumns<T>>;
}

export function ColumnMenu<T extends object>({ columns, state }: Props<T>) {
  return (
    <Menu>
      <Tooltip content="Columns">
        <MenuTrigger asChild>
          <Button size="icon" aria-label="Columns">
            <Columns3 />
          </Button>
        </MenuTrigger>
      </Tooltip>
      <MenuContent align="end">
        <MenuLabel>Columns</MenuLabel>
        {columns.map((column) => (
          <MenuCheckItem
            key={column.id}
            checked={state.visibility[column.id] ?? false}
            onCheckedChange={() => state.toggle(column.id)}
          >
            {column.label}
          </MenuCheckItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={state.reset}>Show the usual ones</MenuItem>
      </MenuContent>
    </Menu>
  );
}
