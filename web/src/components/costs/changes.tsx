import type { ReactNode } from 'react';
import type { QueryAnswer } from '@/api/measures';
import { FigureTable, type FigureColumn } from '@/components/analytics/figure-table';
import { CallsLink } from '@/components/analytics/links';
import { unknownName, valueOf } from '@/lib/answer';
import { cn } from '@/lib/cn';
import { costChanges, whyChanged, type CostChange } from '@/lib/cost-change';
import { allOf, term } from '@/lib/filter-of';
import { formatUsd } from '@/lib/format';

interface Props {
  answer: QueryAnswer;
  dimension: string;
  title: string;
  filter: string;
  actions?: ReactNode;
}

function signed(amount: number): string {
  return `${amount > 0 ? '+' : ''}${formatUsd(amount)}`;
}

/** What made the cost go up or down: by how much, and whether by more calls or by dearer ones. */
export function CostChanges({ answer, dimension, title, filter, actions }: Props) {
  const changes = costChanges(answer.groups);
  const largest = Math.max(1e-12, ...changes.map((change) => Math.abs(change.delta)));
  const nameOf = (change: CostChange) =>
    change.group.other ? 'all others' : (valueOf(change.group, dimension) ?? unknownName(title));
  const columns: readonly FigureColumn<CostChange>[] = [
    {
      id: 'name',
      label: title,
      name: true,
      value: nameOf,
      cell: (change) => (
        <>
          {change.group.other ? (
            <span className="text-ink-3">all others</span>
          ) : (
            <CallsLink
              filter={allOf(filter, term(dimension, valueOf(change.group, dimension)))}
              order="cost"
              className="block truncate font-medium hover:underline"
              title={nameOf(change)}
            >
              {nameOf(change)}
            </CallsLink>
          )}
          <DeltaBar share={change.delta / largest} />
        </>
      ),
    },
    { id: 'before', label: 'Before', value: (row) => row.before, cell: (row) => formatUsd(row.before) },
    { id: 'now', label: 'Now', value: (row) => row.cost, cell: (row) => formatUsd(row.cost) },
    {
      id: 'delta',
      label: 'Change',
      strong: true,
      value: (row) => row.delta,
      cell: (row) => signed(row.delta),
    },
    {
      id: 'volume',
      label: 'By more calls',
      about: 'What the change of the number of calls makes, at the old cost of a call',
      value: (row) => row.volume,
      cell: (row) => (row.volume === null ? '–' : signed(row.volume)),
    },
    {
      id: 'per-call',
      label: 'By cost per call',
      about: 'The rest: a call costs more or less than before',
      value: (row) => row.perCall,
      cell: (row) => (row.perCall === null ? '–' : signed(row.perCall)),
    },
    {
      id: 'why',
      words: true,
      label: 'Why',
      value: whyChanged,
      cell: (row) => <span className="text-ink-2">{whyChanged(row)}</span>,
    },
  ];
  return (
    <FigureTable
      title="What changed most"
      note="against the range before"
      rows={changes}
      rowKey={(change) => (change.group.other ? 'other' : JSON.stringify(change.group.values))}
      columns={columns}
      actions={actions}
      empty="The cost of nothing changed."
    />
  );
}

/** To the right for more, to the left for less; the sign stands beside it in words. */
function DeltaBar({ share }: { share: number }) {
  const width = `${Math.max(Math.abs(share) * 50, 0.75)}%`;
  return (
    <span aria-hidden className="relative mt-0.5 block h-1 w-full rounded-full bg-sunken">
      <span
        className={cn('absolute inset-y-0 rounded-full', share > 0 ? 'left-1/2' : 'right-1/2')}
        style={{ width, background: share > 0 ? 'var(--s-rust)' : 'var(--s-teal)' }}
      />
    </span>
  );
}
