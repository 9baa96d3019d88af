import { Link } from '@tanstack/react-router';
import type { SessionSummary } from '@/api/groups';
import { FigureTable, type FigureColumn } from '@/components/analytics/figure-table';
import { keep } from '@/lib/search-params';
import { formatCompact, formatRowTime, formatTimestamp, formatUsd, toNumber } from '@/lib/format';

interface Props {
  title: string;
  note?: string;
  rows: readonly SessionSummary[];
  now: number;
}

/** A few sessions in a panel. */
export function SessionTable({ title, note, rows, now }: Props) {
  const columns: readonly FigureColumn<SessionSummary>[] = [
    {
      id: 'session',
      label: 'Session',
      name: true,
      value: (row) => row.session_id,
      cell: (row) => <SessionLink session={row} />,
    },
    {
      id: 'time',
      label: 'Last call',
      value: (row) => row.end_time,
      cell: (row) => <span title={formatTimestamp(row.end_time)}>{formatRowTime(row.end_time, now)}</span>,
    },
    { id: 'traces', label: 'Turns', value: (row) => row.traces, cell: (row) => formatCompact(row.traces) },
    { id: 'calls', label: 'Calls', value: (row) => row.calls, cell: (row) => formatCompact(row.calls) },
    {
      id: 'errors',
      label: 'Failed',
      value: (row) => row.errors,
      cell: (row) => <span className={row.errors > 0 ? 'text-error' : 'text-ink-3'}>{formatCompact(row.errors)}</span>,
    },
    {
      id: 'tokens',
      label: 'Tokens',
      value: (row) => row.total_tokens,
      cell: (row) => formatCompact(row.total_tokens),
    },
    {
      id: 'cost',
      label: 'Cost',
      strong: true,
      value: (row) => toNumber(row.cost_usd),
      cell: (row) => formatUsd(row.cost_usd),
    },
  ];
  return (
    <FigureTable
      title={title}
      {...(note === undefined ? {} : { note })}
      rows={rows}
      rowKey={(row) => row.session_id}
      columns={columns}
      empty="No call of this range names a session."
    />
  );
}

export function SessionLink({ session }: { session: SessionSummary }) {
  return (
    <Link
      to="/sessions/view"
      search={(old) => ({ ...keep(old), project: session.project, session: session.session_id })}
      className="mono block truncate font-medium hover:underline"
      title={session.session_id}
      onClick={(event) => event.stopPropagation()}
    >
      {session.session_id}
    </Link>
  );
}
