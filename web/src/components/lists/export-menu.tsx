import { Download } from 'lucide-react';
import { listSearch, type ListName, type ListParameters } from '@/api/lists';
import type { Scope } from '@/api/queries';
import type { Shown } from '@/components/grid/columns';
import { Button } from '@/components/ui/button';
import { Menu, MenuContent, MenuItem, MenuLabel, MenuSeparator, MenuTrigger } from '@/components/ui/menu';
import { stringifySearch } from '@/lib/search';

export type ExportFormat = 'csv' | 'jsonl';

interface Fields {
  id: string;
  fields?: readonly string[];
}

/** What the shown columns are made of, in their order. */
export function fieldsOf(columns: readonly Fields[], shown: readonly Shown[]): string[] {
  const byId = new Map(columns.map((column) => [column.id, column.fields ?? []]));
  return [...new Set(shown.flatMap(({ id }) => byId.get(id) ?? []))];
}

/** Lets the browser save the whole list: the server streams it, so nothing is held in the page. */
export function saveList(
  list: ListName,
  scope: Scope,
  parameters: ListParameters,
  columns: readonly Fields[],
  shown: readonly Shown[] | null,
  format: ExportFormat,
): void {
  const search = stringifySearch({
    ...listSearch(list, scope, parameters),
    format,
    ...(shown === null ? {} : { columns: fieldsOf(columns, shown).join(',') }),
  });
  const link = document.createElement('a');
  link.href = `/api/v1/${list}${search}`;
  link.download = `${list}-${scope.project}.${format}`;
  link.click();
}

interface Props {
  list: ListName;
  scope: Scope;
  parameters: ListParameters;
  columns: readonly Fields[];
  shown: readonly Shown[];
}

export function ExportMenu({ list, scope, parameters, columns, shown }: Props) {
  const item = (label: string, format: ExportFormat, only: readonly Shown[] | null) => (
    <MenuItem onSelect={() => saveList(list, scope, parameters, columns, only, format)}>{label}</MenuItem>
  );
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="icon" aria-label="Export" title="Export">
          <Download />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuLabel>{`Every one of the ${list} found, with the columns shown`}</MenuLabel>
        {item('CSV', 'csv', shown)}
        {item('JSON lines', 'jsonl', shown)}
        <MenuSeparator />
        <MenuLabel>With everything the list knows</MenuLabel>
        {item('CSV, all fields', 'csv', null)}
        {item('JSON lines, all fields', 'jsonl', null)}
      </MenuContent>
    </Menu>
  );
}
