import { Link } from '@tanstack/react-router';
import type { SpanSummary } from '@/api/lists';
import type { GridColumn } from '@/components/grid/columns';
import { OperationIcon, operationLook } from '@/components/span/operation';
import { modelOf } from '@/lib/call';
import { formatDuration, formatRowTime, formatTimestamp } from '@/lib/format';
import { StatusCell, Text } from './cells';

export function spanColumns(now: number): readonly GridColumn<SpanSummary>[] {
  return [
    {
      id: 'time',
      label: 'Time',
      size: 132,
      order: 'time',
      fields: ['time', 'trace_id', 'span_id'],
      cell: (span) => (
        <Link
          to="/traces/$traceId"
          params={{ traceId: span.trace_id }}
          search={(old) => ({ project: span.project, ...(old.range ? { range: old.range } : {}), span: span.span_id })}
          className="tabular text-ink-2 hover:text-accent hover:underline"
          title={`${formatTimestamp(span.time)}: open the trace`}
          onClick={(event) => event.stopPropagation()}
        >
          {formatRowTime(span.time, now)}
        </Link>
      ),
    },
    {
      id: 'name',
      label: 'Name',
      size: 240,
      grow: true,
      fields: ['name', 'operation'],
      cell: (span) => (
        <span className="flex min-w-0 items-center gap-1.5">
          <OperationIcon operation={span.operation} className="size-3.5 shrink-0" />
          <span className="truncate font-medium" title={span.name}>
            {span.name || 'unnamed'}
          </span>
        </span>
      ),
    },
    {
      id: 'status',
      label: 'Status',
      size: 110,
      fields: ['status', 'error_type'],
      cell: (span) => <StatusCell call={span} />,
    },
    {
      id: 'duration',
      label: 'Duration',
      size: 84,
      right: true,
      order: 'duration',
      fields: ['duration_ms'],
      cell: (span) => formatDuration(span.duration_ms),
    },
    {
      id: 'operation',
      label: 'Operation',
      size: 110,
      fields: ['operation'],
      cell: (span) => <span className="text-ink-2">{operationLook(span.operation).label}</span>,
    },
    { id: 'kind', label: 'Kind', size: 84, hidden: true, fields: ['kind'], cell: (span) => <Text value={span.kind} /> },
    {
      id: 'model',
      label: 'Model',
      size: 150,
      grow: true,
      fields: ['provider', 'request_model', 'response_model'],
      cell: (span) => <Text value={modelOf(span)} />,
    },
    { id: 'service', label: 'Service', size: 130, fields: ['service'], cell: (span) => <Text value={span.service} /> },
    { id: 'user', label: 'User', size: 110, fields: ['user_id'], cell: (span) => <Text value={span.user_id} /> },
    {
      id: 'session',
      label: 'Session',
      size: 120,
      fields: ['session_id'],
      cell: (span) => <Text value={span.session_id} mono />,
    },
    {
      id: 'environment',
      label: 'Environment',
      size: 110,
      hidden: true,
      fields: ['environment'],
      cell: (span) => <Text value={span.environment} />,
    },
    {
      id: 'release',
      label: 'Release',
      size: 110,
      hidden: true,
      fields: ['release'],
      cell: (span) => <Text value={span.release} />,
    },
    {
      id: 'endpoint',
      label: 'Endpoint',
      size: 130,
      hidden: true,
      fields: ['endpoint'],
      cell: (span) => <Text value={span.endpoint} />,
    },
    {
      id: 'convention',
      label: 'Convention',
      size: 120,
      hidden: true,
      fields: ['convention'],
      cell: (span) => <Text value={span.convention} />,
    },
    {
      id: 'scope',
      label: 'Scope',
      size: 160,
      hidden: true,
      fields: ['scope_name'],
      cell: (span) => <Text value={span.scope_name} />,
    },
    {
      id: 'span',
      label: 'Span id',
      size: 160,
      hidden: true,
      fields: ['span_id'],
      cell: (span) => <Text value={span.span_id} mono />,
    },
    {
      id: 'trace',
      label: 'Trace id',
      size: 280,
      hidden: true,
      fields: ['trace_id'],
      cell: (span) => <Text value={span.trace_id} mono />,
    },
  ];
}
