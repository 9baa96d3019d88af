/** Series of charts from answers of POST /query. */
import type { QueryAnswer } from '@/api/measures';
import type { ChartSeries } from '@/components/charts/time-chart';
import { formatOf, isSum, numberOf, seriesOf, unknownName, valueOf } from '@/lib/answer';
import { colorsOf, OTHER_COLOR } from '@/lib/colors';

export type TotalledSeries = ChartSeries & { total: string };

/** Measures of the whole as series of one chart. */
export function measureSeries(
  answer: QueryAnswer,
  parts: readonly { measure: string; name: string; color: string; kind: ChartSeries['kind'] }[],
): TotalledSeries[] {
  return parts.map(({ measure, ...part }) => ({
    ...part,
    values: seriesOf(answer, measure),
    total: formatOf(measure)(numberOf(answer.totals, measure)),
  }));
}

/** What is left of `whole` after its parts; null where the whole is unknown. */
export function restOf(
  whole: readonly (number | null)[],
  ...parts: readonly (readonly (number | null)[])[]
): (number | null)[] {
  return whole.map((value, index) => {
    if (value === null) return null;
    const rest = value - parts.reduce((sum, part) => sum + (part[index] ?? 0), 0);
    return rest > 1e-9 ? rest : 0;
  });
}

const SERIES_MAX = 8;

/** One measure by the values of a dimension: stacked when it is a sum, lines when it is not. At most `SERIES_MAX`. */
export function groupSeries(
  answer: QueryAnswer,
  measure: string,
  dimension: string,
  title = dimension,
): TotalledSeries[] {
  const sum = isSum(measure);
  const groups = answer.groups.filter((group) => !group.other);
  const rest = [...groups.slice(SERIES_MAX), ...answer.groups.filter((group) => group.other)];
  const own = groups.slice(0, SERIES_MAX);
  const names = uniqueNames(own.map((group) => valueOf(group, dimension) ?? unknownName(title)));
  const colors = colorsOf(
    dimension,
    own.map((group) => valueOf(group, dimension)),
  );
  const series: TotalledSeries[] = own.map((group, index) => ({
    name: names[index] ?? '',
    color: colors[index] ?? OTHER_COLOR,
    kind: sum ? 'bar' : 'line',
    values: seriesOf(group, measure),
    total: formatOf(measure)(numberOf(group.totals, measure)),
  }));
  if (!sum || rest.length === 0) return series;
  const parts = rest.map((group) => seriesOf(group, measure));
  const total = rest.reduce((all, group) => all + (numberOf(group.totals, measure) ?? 0), 0);
  return [
    ...series,
    {
      name: uniqueNames([...names, 'all others']).at(-1) ?? 'all others',
      color: OTHER_COLOR,
      kind: 'bar',
      values: (answer.times ?? []).map((_, index) => parts.reduce((all, part) => all + (part[index] ?? 0), 0)),
      total: formatOf(measure)(total),
    },
  ];
}

/** Names of series are keys: a value that is called like another gets a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
