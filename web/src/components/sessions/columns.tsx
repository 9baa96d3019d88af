import { Link } from '@tanstack/react-router';
import type { SessionSummary, UserSummary } from '@/api/groups';
import type { GridColumn } from '@/components/grid/data-grid';
import { Text, Unknown } from '@/components/lists/cells';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/lib/cn';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatRowTime,
  formatTimestamp,
  formatUsd,
  formatUsdExact,
  toMs,
} from '@/lib/format';
import { keep } from '@/lib/search-params';
import { SessionLink } from './session-table';

interface Figures {
  calls: number;
  errors: number;
  unpriced_calls: number;
  cost_usd: string | null;
  models: readonly string[];
}

export function FailedCell({ errors }: { errors: number }) {
  return <span className={cn(errors > 0 ? 'text-error' : 'text-ink-3')}>{formatCompact(errors)}</span>;
}

/** The unpriced part is said, not hidden. */
export function GroupCost({ row }: { row: Figures }) {
  const unpriced = row.unpriced_calls;
  return (
    <span className="inline-flex items-center justify-end gap-1.5">
      {unpriced > 0 ? (
        <Badge tone="warn" title={`${formatCount(unpriced)} of ${formatCount(row.calls)} calls have no known price`}>
          {row.cost_usd === null ? 'unpriced' : `+${formatCompact(unpriced)}`}
        </Badge>
      ) : null}
      {row.cost_usd === null ? (
        unpriced > 0 ? null : (
          <Unknown />
        )
      ) : (
        <span className="font-medium" title={formatUsdExact(row.cost_usd)}>
          {formatUsd(row.cost_usd)}
        </span>
      )}
    </span>
  );
}

function Names({ names }: { names: readonly string[] }) {
  return <Text value={names.length === 0 ? null : names.join(', ')} />;
}

function tokens(row: { input_tokens: number | null; output_tokens: number | null }) {
  if (row.input_tokens === null && row.output_tokens === null) return <Unknown />;
  return (
    <>
      {formatCompact(row.input_tokens)} <span className="text-ink-3">→</span> {formatCompact(row.output_tokens)}
    </>
  );
}

export function sessionColumns(now: number): readonly GridColumn<SessionSummary>[] {
  return [
    { id: 'session', label: 'Session', size: 180, grow: true, cell: (row) => <SessionLink session={row} /> },
    {
      id: 'time',
      label: 'Last call',
      size: 132,
      order: 'time',
      cell: (row) => <span title={formatTimestamp(row.end_time)}>{formatRowTime(row.end_time, now)}</span>,
    },
    {
      id: 'first',
      label: 'First call',
      size: 132,
      hidden: true,
      cell: (row) => <span title={formatTimestamp(row.time)}>{formatRowTime(row.time, now)}</span>,
    },
    {
      id: 'length',
      label: 'Length',
      size: 84,
      right: true,
      cell: (row) => formatDuration((toMs(row.end_time) ?? 0) - (toMs(row.time) ?? 0)),
    },
    {
      id: 'user',
      label: 'User',
      size: 130,
      cell: (row) => <UserCell userId={row.user_id} project={row.project} />,
    },
    { id: 'traces', label: 'Turns', size: 70, right: true, order: 'traces', cell: (row) => formatCompact(row.traces) },
    { id: 'calls', label: 'Calls', size: 70, right: true, order: 'calls', cell: (row) => formatCompact(row.calls) },
    {
      id: 'errors',
      label: 'Failed',
      size: 76,
      right: true,
      order: 'errors',
      cell: (row) => <FailedCell errors={row.errors} />,
    },
    { id: 'tokens', label: 'Tokens', size: 130, right: true, order: 'tokens', cell: tokens },
    { id: 'cost', label: 'Cost', size: 130, right: true, order: 'cost', cell: (row) => <GroupCost row={row} /> },
    { id: 'models', label: 'Models', size: 170, grow: true, cell: (row) => <Names names={row.models} /> },
    { id: 'services', label: 'Services', size: 140, hidden: true, cell: (row) => <Names names={row.services} /> },
  ];
}

export function UserCell({ userId, project }: { userId: string | null; project: string }) {
  if (userId === null) return <Unknown />;
  return (
    <Link
      to="/users/view"
      search={(old) => ({ ...keep(old), project, user: userId })}
      className="block truncate hover:underline"
      title={userId}
      onClick={(event) => event.stopPropagation()}
    >
      {userId}
    </Link>
  );
}

export function userColumns(now: number): readonly GridColumn<UserSummary>[] {
  return [
    {
      id: 'user',
      label: 'User',
      size: 200,
      grow: true,
      cell: (row) => (
        <span className="font-medium">
          <UserCell userId={row.user_id} project={row.project} />
        </span>
      ),
    },
    { id: 'cost', label: 'Cost', size: 130, right: true, order: 'cost', cell: (row) => <GroupCost row={row} /> },
    { id: 'calls', label: 'Calls', size: 84, right: true, order: 'calls', cell: (row) => formatCompact(row.calls) },
    {
      id: 'errors',
      label: 'Failed',
      size: 84,
      right: true,
      order: 'errors',
      cell: (row) => <FailedCell errors={row.errors} />,
    },
    { id: 'traces', label: 'Traces', size: 84, right: true, order: 'traces', cell: (row) => formatCompact(row.traces) },
    { id: 'sessions', label: 'Sessions', size: 84, right: true, cell: (row) => formatCompact(row.sessions) },
    { id: 'tokens', label: 'Tokens', size: 130, right: true, order: 'tokens', cell: tokens },
    {
      id: 'time',
      label: 'Last seen',
      size: 132,
      order: 'time',
      cell: (row) => <span title={formatTimestamp(row.end_time)}>{formatRowTime(row.end_time, now)}</span>,
    },
    { id: 'models', label: 'Models', size: 200, grow: true, cell: (row) => <Names names={row.models} /> },
  ];
}
