/** The part of a page's address that the pages of figures share. */

export interface FilterText {
  filter?: string;
}

export function readFilterText(search: Record<string, unknown>): FilterText {
  return typeof search.filter === 'string' && search.filter.trim() !== '' ? { filter: search.filter } : {};
}

export function textOf(search: Record<string, unknown>, name: string): string | undefined {
  const value = search[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Only the part of the address that every page shares. */
export function keep(old: { project?: string; range?: string }): { project?: string; range?: string } {
  return {
    ...(old.project === undefined ? {} : { project: old.project }),
    ...(old.range === undefined ? {} : { range: old.range }),
  };
}
