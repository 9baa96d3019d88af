import { Link } from '@tanstack/react-router';
import type { CallSummary } from '@/api/queries';
import type { GridColumn } from '@/components/grid/columns';
import { Badge } from '@/components/ui/badge';
import { modelOf, outputSpeed } from '@/lib/call';
import { formatCompact, formatDuration, formatRowTime, formatTimestamp } from '@/lib/format';
import { CostCell, StatusCell, Text, TokensCell, Unknown } from './cells';

/** The columns of the list of calls; `now` only decides how much of a date is shown. */
export function callColumns(now: number): readonly GridColumn<CallSummary>[] {
  return [
    {
      id: 'time',
      fields: ['time', 'trace_id', 'span_id'],
      label: 'Time',
      size: 120,
      order: 'time',
      cell: (call) => (
        <Link
          to="/traces/$traceId"
          params={{ traceId: call.trace_id }}
          search={(old) => ({ project: call.project, ...(old.range ? { range: old.range } : {}), span: call.span_id })}
          className="tabular text-ink-2 hover:text-accent hover:underline"
          title={`${formatTimestamp(call.time)}: open the trace`}
          onClick={(event) => event.stopPropagation()}
        >
          {formatRowTime(call.time, now)}
        </Link>
      ),
    },
    {
      id: 'model',
      fields: ['request_model', 'response_model', 'provider', 'cache_hit', 'fallback'],
      label: 'Model',
      size: 160,
      grow: true,
      cell: (call) => (
        <span
          className="flex min-w-0 items-baseline gap-1.5"
          title={call.response_model ? `answered by ${call.response_model}` : undefined}
        >
          <span className="truncate font-medium">{modelOf(call) ?? <Unknown />}</span>
          <span className="min-w-0 shrink-[20] truncate text-xs text-ink-3">{call.provider}</span>
          {call.cache_hit ? <Badge tone="info">cache</Badge> : null}
          {call.fallback ? <Badge tone="warn">fallback</Badge> : null}
        </span>
      ),
    },
    {
      id: 'reason',
      fields: ['duplicate_reason'],
      label: 'Why not counted',
      size: 300,
      grow: true,
      hidden: true,
      cell: (call) => <Text value={call.duplicate_reason} />,
    },
    {
      id: 'status',
      fields: ['status', 'error_type', 'incomplete'],
      label: 'Status',
      size: 98,
      cell: (call) => <StatusCell call={call} />,
    },
    {
      id: 'duration',
      fields: ['duration_ms'],
      label: 'Latency',
      size: 78,
      right: true,
      order: 'duration',
      cell: (call) => formatDuration(call.duration_ms),
    },
    {
      id: 'ttft',
      fields: ['ttft_ms'],
      label: 'First token',
      size: 82,
      right: true,
      cell: (call) => ((call.ttft_ms ?? null) === null ? <Unknown /> : formatDuration(call.ttft_ms)),
    },
    {
      id: 'tokens',
      fields: [
        'input_tokens',
        'cached_input_tokens',
        'cache_write_tokens',
        'output_tokens',
        'reasoning_tokens',
        'total_tokens',
      ],
      label: 'Tokens',
      size: 146,
      right: true,
      order: 'tokens',
      cell: (call) => <TokensCell call={call} />,
    },
    {
      id: 'cost',
      fields: ['cost_usd', 'cost_state', 'cost_source'],
      label: 'Cost',
      size: 88,
      right: true,
      order: 'cost',
      cell: (call) => <CostCell call={call} />,
    },
    {
      id: 'name',
      fields: ['endpoint', 'function', 'name'],
      label: 'Endpoint',
      size: 130,
      grow: true,
      cell: (call) => <Text value={call.endpoint ?? call.function ?? call.name} />,
    },
    { id: 'service', fields: ['service'], label: 'Service', size: 120, cell: (call) => <Text value={call.service} /> },
    { id: 'user', fields: ['user_id'], label: 'User', size: 110, cell: (call) => <Text value={call.user_id} /> },
    {
      id: 'session',
      fields: ['session_id'],
      label: 'Session',
      size: 120,
      cell: (call) => <Text value={call.session_id} mono />,
    },
    {
      id: 'operation',
      fields: ['operation'],
      label: 'Operation',
      size: 110,
      hidden: true,
      cell: (call) => call.operation,
    },
    {
      id: 'environment',
      fields: ['environment'],
      label: 'Environment',
      size: 110,
      hidden: true,
      cell: (call) => <Text value={call.environment} />,
    },
    {
      id: 'release',
      fields: ['release'],
      label: 'Release',
      size: 110,
      hidden: true,
      cell: (call) => <Text value={call.release} />,
    },
    {
      id: 'finish',
      fields: ['finish_reason'],
      label: 'Finish reason',
      size: 110,
      hidden: true,
      cell: (call) => <Text value={call.finish_reason} />,
    },
    {
      id: 'speed',
      fields: ['output_tokens', 'duration_ms', 'ttft_ms'],
      label: 'Tokens/s',
      size: 84,
      right: true,
      hidden: true,
      cell: (call) => {
        const speed = outputSpeed(call);
        return speed === null ? <Unknown /> : formatCompact(speed);
      },
    },
    {
      id: 'tools',
      fields: ['tool_calls'],
      label: 'Tool calls',
      size: 84,
      right: true,
      hidden: true,
      cell: (call) => ((call.tool_calls ?? null) === null ? <Unknown /> : formatCompact(call.tool_calls)),
    },
    {
      id: 'prompt',
      fields: ['prompt_name', 'prompt_version'],
      label: 'Prompt',
      size: 140,
      hidden: true,
      cell: (call) => <Text value={call.prompt_name ? `${call.prompt_name} ${call.prompt_version ?? ''}` : null} />,
    },
    {
      id: 'span',
      fields: ['name'],
      label: 'Span name',
      size: 160,
      hidden: true,
      cell: (call) => <Text value={call.name} />,
    },
    {
      id: 'convention',
      fields: ['convention'],
      label: 'Convention',
      size: 120,
      hidden: true,
      cell: (call) => <Text value={call.convention} />,
    },
  ];
}
