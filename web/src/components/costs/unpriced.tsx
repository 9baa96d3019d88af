import type { Group, QueryAnswer } from '@/api/measures';
import { FigureTable, type FigureColumn } from '@/components/analytics/figure-table';
import { CallsLink } from '@/components/analytics/links';
import { numberOf, valueOf } from '@/lib/answer';
import { allOf, term } from '@/lib/filter-of';
import { formatCompact } from '@/lib/format';

/** Why a model has no cost, as far as its figures tell. */
export function unpricedHint(group: Group): string {
  const calls = numberOf(group.totals, 'calls') ?? 0;
  const tokens = numberOf(group.totals, 'total_tokens') ?? 0;
  const failed = numberOf(group.totals, 'errors') ?? 0;
  if (valueOf(group, 'model') === null) return 'the calls name no model';
  if (calls > 0 && failed >= calls) return 'all of them failed and report no tokens';
  if (tokens === 0) return 'the calls report no tokens';
  return 'the price book has no such model';
}

/** Models whose calls are left out of every cost. */
export function UnpricedModels({ answer, filter }: { answer: QueryAnswer; filter: string }) {
  const columns: readonly FigureColumn<Group>[] = [
    {
      id: 'model',
      label: 'Model',
      name: true,
      value: (group) => valueOf(group, 'model') ?? '',
      cell: (group) =>
        group.other ? (
          <span className="text-ink-3">all others</span>
        ) : (
          <CallsLink
            filter={allOf(filter, 'cost_state:unpriced', term('model', valueOf(group, 'model')))}
            className="flex min-w-0 items-baseline gap-1.5 hover:underline"
          >
            <span className="truncate font-medium">{valueOf(group, 'model') ?? 'no model'}</span>
            <span className="min-w-0 shrink-[20] truncate text-xs text-ink-3">{valueOf(group, 'provider') ?? ''}</span>
          </CallsLink>
        ),
    },
    {
      id: 'calls',
      label: 'Calls',
      strong: true,
      value: (group) => numberOf(group.totals, 'calls'),
      cell: (group) => formatCompact(numberOf(group.totals, 'calls')),
    },
    {
      id: 'tokens',
      label: 'Tokens',
      value: (group) => numberOf(group.totals, 'total_tokens'),
      cell: (group) => formatCompact(numberOf(group.totals, 'total_tokens')),
    },
    {
      id: 'why',
      words: true,
      label: 'Why',
      value: unpricedHint,
      cell: (group) => <span className="text-ink-2">{group.other ? '' : unpricedHint(group)}</span>,
    },
  ];
  return (
    <FigureTable
      title="Unpriced models"
      note="left out of every cost, never counted as free"
      rows={answer.groups}
      rowKey={(group) => (group.other ? 'other' : JSON.stringify(group.values))}
      columns={columns}
      empty="Every call of this range has a price."
    />
  );
}
