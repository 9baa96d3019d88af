import type { Group, Values } from '@/api/measures';
import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import { numberOf } from '@/lib/answer';
import { cn } from '@/lib/cn';
import { formatCompact, formatCount, formatDuration, formatPercent, formatUsd } from '@/lib/format';
import type { FigureColumn } from './figure-table';
import { ChangeMark } from './change';

/** The unpriced part is said, not hidden: a model without a price shows no amount instead of $0. */
export function UseCost({ values }: { values: Values }) {
  const unpriced = numberOf(values, 'unpriced_calls') ?? 0;
  const calls = numberOf(values, 'calls') ?? 0;
  const cost = numberOf(values, 'cost_usd');
  return (
    <span className="inline-flex items-center justify-end gap-1.5">
      {unpriced > 0 ? (
        <Tooltip content={`${formatCount(unpriced)} of ${formatCount(calls)} calls have no known price`}>
          <span tabIndex={0}>
            <Badge tone="warn">{unpriced >= calls ? 'unpriced' : `+${formatCompact(unpriced)} unpriced`}</Badge>
          </span>
        </Tooltip>
      ) : null}
      {unpriced > 0 && (cost === null || unpriced >= calls) ? null : <span>{formatUsd(cost)}</span>}
    </span>
  );
}

export function ErrorShare({ rate }: { rate: number | null }) {
  return (
    <span className={cn((rate ?? 0) >= 0.05 ? 'font-medium text-error' : (rate ?? 0) > 0 ? '' : 'text-ink-3')}>
      {formatPercent(rate)}
    </span>
  );
}

type Column = FigureColumn<Group>;

/** A column of a measure of the catalogue. */
export function measureColumn(
  measure: string,
  label: string,
  format: (value: number | null) => string,
  about?: string,
): Column {
  return {
    id: measure,
    label,
    ...(about === undefined ? {} : { about }),
    value: (group) => numberOf(group.totals, measure),
    cell: (group) => format(numberOf(group.totals, measure)),
  };
}

export const callsColumn = measureColumn('calls', 'Calls', formatCompact);
export const errorsColumn: Column = {
  ...measureColumn('error_rate', 'Errors', formatPercent, 'Failed calls of all calls'),
  cell: (group) => <ErrorShare rate={numberOf(group.totals, 'error_rate')} />,
};
export const p50Column = measureColumn('latency_p50_ms', 'p50', formatDuration, 'Half of the calls are faster');
export const p95Column = measureColumn('latency_p95_ms', 'p95', formatDuration, '95 of 100 calls are faster');
export const costColumn: Column = {
  ...measureColumn('cost_usd', 'Cost', formatUsd, 'Of the priced calls'),
  strong: true,
  cell: (group) => <UseCost values={group.totals} />,
};
export const changeColumn: Column = {
  id: 'change',
  label: 'Change',
  about: 'Cost against the range of the same length before',
  value: (group) => {
    const before = numberOf(group.previous, 'cost_usd');
    const now = numberOf(group.totals, 'cost_usd');
    return before === null || now === null ? null : now - before;
  },
  cell: (group) => (
    <ChangeMark
      current={numberOf(group.totals, 'cost_usd')}
      previous={numberOf(group.previous, 'cost_usd')}
      previousText={formatUsd(numberOf(group.previous, 'cost_usd'))}
    />
  ),
};
