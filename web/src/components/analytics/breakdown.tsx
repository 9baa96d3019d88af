import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Group, QueryAnswer } from '@/api/measures';
import { numberOf, unknownName, valueOf } from '@/lib/answer';
import { colorsOf } from '@/lib/colors';
import { allOf, term } from '@/lib/filter-of';
import { formatCompact } from '@/lib/format';
import { keep } from '@/lib/search-params';
import { callsColumn, changeColumn, costColumn, errorsColumn, p50Column, p95Column } from './cells';
import { FigureTable, ShareBar, type FigureColumn } from './figure-table';
import { CallsLink } from './links';

interface Props {
  title: string;
  /** "Service" of "Services". */
  singular: string;
  dimension: string;
  answer: QueryAnswer;
  filter: string;
  /** What the bar under a name is the share of. */
  share?: 'cost_usd' | 'calls' | 'errors';
  columns?: readonly FigureColumn<Group>[];
  compare?: boolean;
  actions?: ReactNode;
  note?: string;
  empty?: ReactNode;
  shown?: number;
  /** The bars have the colours that the values have in charts. Models always do. */
  colored?: boolean;
  /** Replaces the link to the calls. */
  name?: (group: Group, text: string) => ReactNode;
}

/** What the calls of a range are split into by a dimension; each name leads to its calls. */
export function Breakdown(props: Props) {
  const { title, singular, dimension, answer, filter, share = 'cost_usd', compare = false } = props;
  const { colored = dimension === 'model' } = props;
  const whole = numberOf(answer.totals, share) ?? 0;
  const colors = new Map(
    answer.groups.map((group) => [
      group,
      colorsOf(dimension, [group.other ? null : valueOf(group, dimension)])[0] ?? 'slate',
    ]),
  );
  const nameColumn: FigureColumn<Group> = {
    id: 'name',
    label: singular,
    name: true,
    value: (group) => (group.other ? 'other' : (valueOf(group, dimension) ?? '')),
    cell: (group) => {
      const value = valueOf(group, dimension);
      const part = numberOf(group.totals, share) ?? 0;
      return (
        <>
          {group.other ? (
            <span className="text-ink-3">all others</span>
          ) : props.name ? (
            props.name(group, value ?? unknownName(singular))
          ) : (
            <CallsLink
              filter={allOf(filter, term(dimension, value))}
              className="block truncate font-medium hover:underline"
              {...(value === null ? {} : { title: value })}
            >
              {value ?? <span className="font-normal text-ink-3">{unknownName(singular)}</span>}
            </CallsLink>
          )}
          <ShareBar
            share={whole > 0 ? part / whole : 0}
            {...(colored ? { color: `var(--s-${colors.get(group) ?? 'slate'})` } : {})}
          />
        </>
      );
    },
  };
  const columns = props.columns ?? [
    callsColumn,
    errorsColumn,
    p50Column,
    p95Column,
    ...(compare ? [changeColumn] : []),
    costColumn,
  ];
  return (
    <FigureTable
      title={title}
      rows={answer.groups}
      rowKey={(group) => (group.other ? 'other' : JSON.stringify(group.values))}
      columns={[nameColumn, ...columns]}
      isRest={isOther}
      className="h-full"
      {...(props.shown === undefined ? {} : { shown: props.shown })}
      {...(props.note === undefined ? {} : { note: props.note })}
      {...(props.actions === undefined ? {} : { actions: props.actions })}
      {...(props.empty === undefined ? {} : { empty: props.empty })}
    />
  );
}

export const isOther = (group: Group) => group.other;

/** A model with its provider; leads to the model's page. */
export function ModelName({ group, text }: { group: Group; text: string }) {
  const model = valueOf(group, 'model');
  const provider = valueOf(group, 'provider');
  const words = (
    <>
      <span className="truncate font-medium">{text}</span>
      <span className="min-w-0 shrink-[20] truncate text-xs text-ink-3">{provider ?? ''}</span>
    </>
  );
  if (model === null) return <span className="flex min-w-0 items-baseline gap-1.5 text-ink-3">{words}</span>;
  return (
    <Link
      to="/models/view"
      search={(old) => ({
        ...keep(old),
        model,
        ...(provider === null ? {} : { provider }),
      })}
      className="flex min-w-0 items-baseline gap-1.5 hover:underline"
      title={model}
    >
      {words}
    </Link>
  );
}

/** Error types, the most frequent first. */
export const errorTypeColumns: readonly FigureColumn<Group>[] = [
  {
    id: 'errors',
    label: 'Failed',
    strong: true,
    value: (group) => numberOf(group.totals, 'errors'),
    cell: (group) => formatCompact(numberOf(group.totals, 'errors')),
  },
  p50Column,
];
