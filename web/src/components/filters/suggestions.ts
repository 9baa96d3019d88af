import { DIMENSIONS, dimensionLabel, toggleValue, type DimensionName, type FilterSearch } from '@/api/filters';
import type { Facet } from '@/api/queries';

export interface Suggestion {
  key: string;
  kind: string;
  text: string;
  calls?: number;
  /** What choosing it does: new filters, or text to go on typing. */
  filters?: FilterSearch;
  typed?: string;
}

interface Input {
  text: string;
  filters: FilterSearch;
  facets: readonly Facet[];
  /** Lists of traces can also look for the name of the root span. */
  byName: boolean;
}

const MOST = 9;

function isDimension(name: string): name is DimensionName {
  return DIMENSIONS.some((dimension) => dimension.name === name);
}

function valuesOf(
  facets: readonly Facet[],
  filters: FilterSearch,
  wanted: (facet: Facet) => boolean,
  part: string,
): Suggestion[] {
  return facets.filter(wanted).flatMap((facet) => {
    const name = facet.dimension;
    if (!isDimension(name)) return [];
    return facet.values
      .filter(
        (item) => (item.value ?? 'unknown').toLowerCase().includes(part) && !filters[name]?.includes(item.value ?? ''),
      )
      .map((item) => ({
        key: `${name}:${item.value ?? ''}`,
        kind: dimensionLabel(name),
        text: item.value ?? 'unknown',
        calls: item.calls,
        filters: toggleValue(filters, name, item.value ?? ''),
      }));
  });
}

/** What the typed text could mean, best first. */
export function suggest({ text, filters, facets, byName }: Input): Suggestion[] {
  const typed = text.trim();
  const lower = typed.toLowerCase();
  const pair = /^([a-z_ ]+):\s*(.*)$/.exec(lower);
  if (pair) {
    const wanted = (pair[1] ?? '').replace(' ', '_');
    const dimension = DIMENSIONS.find((item) => item.name === wanted || item.label.toLowerCase() === pair[1]);
    if (dimension) {
      const exact = typed.slice(typed.indexOf(':') + 1).trim();
      const known = valuesOf(facets, filters, (facet) => facet.dimension === dimension.name, pair[2] ?? '').slice(
        0,
        MOST,
      );
      if (exact === '' || known.some((item) => item.text === exact)) return known;
      return [
        ...known,
        {
          key: `${dimension.name}:=${exact}`,
          kind: dimension.label,
          text: exact,
          filters: toggleValue(filters, dimension.name, exact),
        },
      ];
    }
  }
  if (/^[0-9a-f]{32}$/.test(lower)) {
    return [{ key: 'trace', kind: 'Trace id', text: lower, filters: { ...filters, trace_id: lower } }];
  }
  const dimensions: Suggestion[] = DIMENSIONS.filter(
    (item) => lower === '' || item.label.toLowerCase().startsWith(lower) || item.name.startsWith(lower),
  ).map((item) => ({ key: `${item.name}:`, kind: 'Filter by', text: item.label, typed: `${item.name}:` }));
  if (lower === '') return dimensions;
  const searches: Suggestion[] =
    typed.length < 2
      ? []
      : [
          ...(byName
            ? [{ key: 'name', kind: 'Name contains', text: typed, filters: { ...filters, name: typed } }]
            : []),
          { key: 'q', kind: 'Content contains', text: typed, filters: { ...filters, q: typed } },
        ];
  const values = valuesOf(facets, filters, () => true, lower).slice(0, MOST - searches.length);
  return [...dimensions.slice(0, 2), ...values, ...searches];
}
