import type { CallFilters, CallOrder } from '@/api/filters';
import type { Scope } from '@/api/queries';
import { stringifySearch } from './search';

/** Lets the browser save the whole list: the server streams it, so nothing is held in the page. */
export function exportCalls(scope: Scope, filters: CallFilters, order: CallOrder, format: 'csv' | 'jsonl'): void {
  const search = stringifySearch({
    project: scope.project,
    from: new Date(scope.from).toISOString(),
    to: new Date(scope.to).toISOString(),
    ...filters,
    order,
    format,
  });
  const link = document.createElement('a');
  link.href = `/api/v1/calls${search}`;
  link.download = `calls-${scope.project}.${format}`;
  link.click();
}
