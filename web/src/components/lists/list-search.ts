import { readFilterText, textOf, type FilterText } from '@/lib/search-params';

/** What stands in the address of a list, beside project and range. */
export interface ListSearch extends FilterText {
  order?: string;
  /** The row that is open beside the list. */
  peek?: string;
  /** Id of a saved view. */
  view?: string;
  /** Of calls: the dropped duplicates instead. */
  dropped?: true;
}

/** Reads it; what makes no sense is left out. */
export function readListSearch(search: Record<string, unknown>, orders: readonly string[] = []): ListSearch {
  const order = textOf(search, 'order');
  const peek = textOf(search, 'peek');
  const view = textOf(search, 'view');
  return {
    ...readFilterText(search),
    ...(order !== undefined && order !== 'time' && orders.includes(order) ? { order } : {}),
    ...(peek !== undefined && /^[0-9a-f]{32}(\.[0-9a-f]{16})?$/.test(peek) ? { peek } : {}),
    ...(view !== undefined && /^[0-9a-f]{16}$/.test(view) ? { view } : {}),
    ...(search.dropped === true || search.dropped === 'true' ? { dropped: true } : {}),
  };
}
