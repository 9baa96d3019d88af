import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { someCallsQuery } from '@/api/groups';
import type { CallOrder } from '@/api/filters';
import type { CallSummary } from '@/api/queries';
import { CostCell, StatusCell, Text, TokensCell, Unknown } from '@/components/lists/cells';
import { modelOf } from '@/lib/call';
import { formatDuration, formatRowTime, formatTimestamp, toNumber } from '@/lib/format';
import { useScope } from '@/lib/scope';
import { FigureTable, type FigureColumn } from './figure-table';
import { CallsLink } from './links';
import { Panel } from './panel';

function columns(now: number): readonly FigureColumn<CallSummary>[] {
  return [
    {
      id: 'time',
      label: 'Time',
      name: true,
      value: (call) => call.time,
      cell: (call) => (
        <Link
          to="/traces/$traceId"
          params={{ traceId: call.trace_id }}
          search={(old) => ({
            project: call.project,
            ...(old.range === undefined ? {} : { range: old.range }),
            span: call.span_id,
          })}
          className="tabular whitespace-nowrap hover:text-accent hover:underline"
          title={`${formatTimestamp(call.time)}: open the trace`}
        >
          {formatRowTime(call.time, now)}
        </Link>
      ),
    },
    {
      id: 'model',
      words: true,
      label: 'Model',
      value: (call) => modelOf(call),
      cell: (call) => <Truncated value={modelOf(call)} />,
    },
    {
      id: 'endpoint',
      words: true,
      label: 'Endpoint',
      value: (call) => call.endpoint ?? call.function ?? call.name,
      cell: (call) => <Truncated value={call.endpoint ?? call.function ?? call.name} />,
    },
    {
      id: 'status',
      words: true,
      label: 'Status',
      value: (call) => call.status,
      cell: (call) => <StatusCell call={call} />,
    },
    {
      id: 'user',
      words: true,
      label: 'User',
      value: (call) => call.user_id,
      cell: (call) => <Truncated value={call.user_id} />,
    },
    {
      id: 'duration',
      label: 'Latency',
      value: (call) => call.duration_ms,
      cell: (call) => formatDuration(call.duration_ms),
    },
    {
      id: 'tokens',
      label: 'Tokens',
      value: (call) => call.total_tokens,
      cell: (call) =>
        (call.total_tokens ?? null) === null ? (
          <Unknown />
        ) : (
          <span className="inline-block w-36">
            <TokensCell call={call} />
          </span>
        ),
    },
    {
      id: 'cost',
      label: 'Cost',
      strong: true,
      value: (call) => toNumber(call.cost_usd),
      cell: (call) => <CostCell call={call} />,
    },
  ];
}

function Truncated({ value }: { value: string | null | undefined }) {
  return (
    <span className="inline-block max-w-44 truncate align-middle">
      <Text value={value} />
    </span>
  );
}

interface Props {
  title: string;
  filter: string;
  order: CallOrder;
  limit?: number;
}

/** The first calls of an order; their times lead to their traces. */
export function CallPanel({ title, filter, order, limit = 10 }: Props) {
  const { scope } = useScope();
  const query = useQuery(someCallsQuery(scope, filter, order, limit));
  return (
    <Panel title={title} query={query}>
      {(page) => (
        <FigureTable
          title={title}
          rows={page.items}
          rowKey={(call) => `${call.trace_id}/${call.span_id}`}
          columns={columns(scope.now)}
          empty="No call in this range."
          shown={limit}
          actions={
            page.items.length > 0 ? (
              <CallsLink
                filter={filter}
                {...(order === 'time' ? {} : { order })}
                className="rounded px-1.5 py-1 text-xs text-accent hover:underline"
              >
                All of them
              </CallsLink>
            ) : null
          }
        />
      )}
    </Panel>
  );
}
