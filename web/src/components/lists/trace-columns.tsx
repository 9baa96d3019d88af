import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import type { TraceSummary } from '@/api/queries';
import type { GridColumn } from '@/components/grid/columns';
import { Badge } from '@/components/ui/badge';
import { Tooltip } from '@/components/ui/tooltip';
import {
  formatCompact,
  formatCount,
  formatDuration,
  formatRowTime,
  formatTimestamp,
  formatUsd,
  formatUsdExact,
} from '@/lib/format';
import { Text, TokensCell, Unknown } from './cells';

/** A trace's cost is the sum of its priced calls: what has no price is named beside it. */
export function TraceCost({ trace }: { trace: Pick<TraceSummary, 'cost_usd' | 'unpriced_calls' | 'calls'> }) {
  const unpriced = trace.unpriced_calls;
  return (
    <span className="inline-flex items-center gap-1.5">
      {unpriced > 0 ? (
        <Tooltip content={`${formatCount(unpriced)} of ${formatCount(trace.calls)} calls have no known price`}>
          <Badge tone="warn">{trace.cost_usd ? `+${unpriced} unpriced` : 'unpriced'}</Badge>
        </Tooltip>
      ) : null}
      {trace.cost_usd ? (
        <span className="font-medium" title={formatUsdExact(trace.cost_usd)}>
          {formatUsd(trace.cost_usd)}
        </span>
      ) : unpriced > 0 ? null : (
        <Unknown />
      )}
    </span>
  );
}

export function traceColumns(now: number): readonly GridColumn<TraceSummary>[] {
  return [
    {
      id: 'time',
      fields: ['time', 'trace_id'],
      label: 'Time',
      size: 136,
      cell: (trace) => (
        <span className="tabular text-ink-2" title={formatTimestamp(trace.time)}>
          {formatRowTime(trace.time, now)}
        </span>
      ),
    },
    {
      id: 'name',
      fields: ['name', 'root_seen'],
      label: 'Name',
      size: 190,
      grow: true,
      cell: (trace) => (
        <span className="flex min-w-0 items-center gap-1.5">
          <Link
            to="/traces/$traceId"
            params={{ traceId: trace.trace_id }}
            search={(old) => ({ project: trace.project, ...(old.range ? { range: old.range } : {}) })}
            className="truncate font-medium hover:text-accent hover:underline"
            onClick={(event) => event.stopPropagation()}
          >
            {trace.name || 'unnamed'}
          </Link>
          {trace.root_seen ? null : (
            <Tooltip content="The root span has not arrived (yet)">
              <Badge tone="outline">no root</Badge>
            </Tooltip>
          )}
        </span>
      ),
    },
    {
      id: 'errors',
      fields: ['errors'],
      label: 'Status',
      size: 88,
      cell: (trace) =>
        trace.errors > 0 ? (
          <Badge tone="error">
            <CircleAlert aria-hidden />
            {formatCompact(trace.errors)} {trace.errors === 1 ? 'error' : 'errors'}
          </Badge>
        ) : (
          <span className="inline-flex items-center gap-1.5 text-ink-2">
            <span aria-hidden className="size-1.5 rounded-full bg-ok" />
            ok
          </span>
        ),
    },
    {
      id: 'duration',
      fields: ['duration_ms'],
      label: 'Duration',
      size: 84,
      right: true,
      cell: (trace) => formatDuration(trace.duration_ms),
    },
    {
      id: 'spans',
      fields: ['spans'],
      label: 'Spans',
      size: 60,
      right: true,
      cell: (trace) => formatCompact(trace.spans),
    },
    {
      id: 'calls',
      fields: ['calls'],
      label: 'Calls',
      size: 58,
      right: true,
      cell: (trace) => formatCompact(trace.calls),
    },
    {
      id: 'tokens',
      fields: ['input_tokens', 'output_tokens', 'total_tokens'],
      label: 'Tokens',
      size: 164,
      right: true,
      cell: (trace) => <TokensCell call={trace} />,
    },
    {
      id: 'cost',
      fields: ['cost_usd', 'unpriced_calls'],
      label: 'Cost',
      size: 140,
      right: true,
      cell: (trace) => <TraceCost trace={trace} />,
    },
    {
      id: 'models',
      fields: ['models'],
      label: 'Models',
      size: 170,
      grow: true,
      cell: (trace) => <Text value={trace.models.join(', ')} />,
    },
    {
      id: 'service',
      fields: ['service'],
      label: 'Service',
      size: 140,
      cell: (trace) => <Text value={trace.service} />,
    },
    { id: 'user', fields: ['user_id'], label: 'User', size: 110, cell: (trace) => <Text value={trace.user_id} /> },
    {
      id: 'session',
      fields: ['session_id'],
      label: 'Session',
      size: 120,
      cell: (trace) => <Text value={trace.session_id} mono />,
    },
    {
      id: 'environment',
      fields: ['environment'],
      label: 'Environment',
      size: 110,
      hidden: true,
      cell: (trace) => <Text value={trace.environment} />,
    },
    {
      id: 'tags',
      fields: ['tags'],
      label: 'Tags',
      size: 120,
      hidden: true,
      cell: (trace) => <Text value={trace.tags.join(', ')} />,
    },
    {
      id: 'trace',
      fields: ['trace_id'],
      label: 'Trace id',
      size: 280,
      hidden: true,
      cell: (trace) => <Text value={trace.trace_id} mono />,
    },
  ];
}
