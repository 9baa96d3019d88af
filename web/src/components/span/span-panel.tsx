import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'radix-ui';
import type { ReactNode } from 'react';
import { spanQuery, type SpanDetail } from '@/api/queries';
import { CostCell, StatusCell } from '@/components/lists/cells';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { Failure, Skeleton } from '@/components/ui/states';
import { cn } from '@/lib/cn';
import { formatCompact, formatDuration, formatTimestamp } from '@/lib/format';
import { AttributesTab } from './attributes-tab';
import { CostTab } from './cost-tab';
import { EventsTab } from './events-tab';
import { Folded } from './folded';
import { MessagesTab } from './messages-tab';
import { OperationIcon } from './operation';
import { RawTab } from './raw-tab';

export const SPAN_TABS = ['messages', 'cost', 'attributes', 'events', 'raw'] as const;
export type SpanTab = (typeof SPAN_TABS)[number];

export function isSpanTab(value: unknown): value is SpanTab {
  return SPAN_TABS.some((tab) => tab === value);
}

interface Props {
  traceId: string;
  spanId: string;
  project: string | undefined;
  tab: SpanTab;
  onTab: (tab: SpanTab) => void;
}

/** Everything about one span: in the trace, and beside the list of calls. */
export function SpanPanel({ traceId, spanId, project, tab, onTab }: Props) {
  const query = useQuery(spanQuery(traceId, spanId, project));
  if (query.isError) return <Failure error={query.error} what="The span" onRetry={() => void query.refetch()} />;
  if (query.isPending) return <PanelSkeleton />;
  return <Loaded key={spanId} span={query.data} tab={tab} onTab={onTab} />;
}

function Loaded({ span, tab, onTab }: { span: SpanDetail; tab: SpanTab; onTab: (tab: SpanTab) => void }) {
  const call = span.call_detail;
  const events = span.event_list.length + span.link_list.length;
  const tabs: { name: SpanTab; label: string; count?: number; content: ReactNode }[] = [
    { name: 'messages', label: 'Messages', count: span.messages?.length ?? 0, content: <MessagesTab span={span} /> },
    ...(call ? [{ name: 'cost' as const, label: 'Tokens & cost', content: <CostTab span={span} call={call} /> }] : []),
    {
      name: 'attributes',
      label: 'Attributes',
      count: Object.keys(span.attributes).length,
      content: <AttributesTab span={span} />,
    },
    { name: 'events', label: 'Events', count: events, content: <EventsTab span={span} /> },
    { name: 'raw', label: 'Raw', content: <RawTab span={span} /> },
  ];
  const current = tabs.some((item) => item.name === tab) ? tab : 'messages';
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <SpanHeader span={span} />
      <Tabs.Root
        value={current}
        onValueChange={(value) => {
          if (isSpanTab(value)) onTab(value);
        }}
        className="flex min-h-0 flex-1 flex-col"
      >
        <Tabs.List
          aria-label="Parts of the span"
          className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3"
        >
          {tabs.map((item) => (
            <Tabs.Trigger
              key={item.name}
              value={item.name}
              className="-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 font-medium text-ink-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              {item.label}
              {item.count ? (
                <span
                  className={cn(
                    'tabular rounded px-1 text-2xs',
                    item.name === 'events' && span.status === 'error'
                      ? 'bg-error-soft text-error'
                      : 'bg-sunken text-ink-3',
                  )}
                >
                  {item.count}
                </span>
              ) : null}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map((item) => (
          <Tabs.Content
            key={item.name}
            value={item.name}
            className="min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]"
          >
            {item.content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </div>
  );
}

function SpanHeader({ span }: { span: SpanDetail }) {
  const call = span.call_detail;
  const model = call?.request_model ?? call?.response_model;
  const error = call?.error_message ?? span.status_message;
  return (
    <div className="shrink-0 px-4 pt-3 pb-2">
      <div className="flex items-start gap-2">
        <OperationIcon operation={span.operation} className="mt-0.5 size-4.5 shrink-0" />
        <h2 className="min-w-0 flex-1 text-base font-semibold wrap-anywhere">{span.name || 'unnamed span'}</h2>
        <CopyButton label="Copy the span id" text={span.span_id} />
      </div>
      <div className="tabular mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-2">
        <StatusCell
          call={{
            status: span.status === 'error' ? 'error' : 'ok',
            error_type: span.error_type ?? null,
            incomplete: call?.incomplete ?? null,
          }}
        />
        <span title={`${formatTimestamp(span.time)} – ${formatTimestamp(span.end_time)}`}>
          {formatDuration(span.duration_ms)}
        </span>
        {call?.ttft_ms ? <span title="Time to the first token">first token {formatDuration(call.ttft_ms)}</span> : null}
        {model ? (
          <span>
            <span className="font-medium text-ink">{model}</span> {call?.provider}
          </span>
        ) : null}
        {call && (call.input_tokens ?? null) !== null ? (
          <span>
            {formatCompact(call.input_tokens)} → {formatCompact(call.output_tokens)} tokens
          </span>
        ) : null}
        {call ? <CostCell call={call} /> : null}
        {call && !call.counted ? <Badge tone="info">duplicate, not counted</Badge> : null}
        {call?.finish_reason ? <Badge title="Finish reason">{call.finish_reason}</Badge> : null}
        {span.service ? <span className="text-ink-3">{span.service}</span> : null}
        {span.time_flag ? (
          <Badge tone="warn" title="The sent time could not be used">
            clock: {span.time_flag}
          </Badge>
        ) : null}
      </div>
      {span.status === 'error' && error ? (
        <div role="note" className="mt-2 rounded bg-error-soft px-2.5 py-1.5 text-xs text-error">
          <Folded text={error} lines={2} />
        </div>
      ) : null}
    </div>
  );
}

function PanelSkeleton() {
  return (
    <div className="flex flex-col gap-3 p-4" aria-busy="true" aria-label="Loading">
      <Skeleton className="h-5 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      <Skeleton className="mt-3 h-24" />
      <Skeleton className="h-40" />
    </div>
  );
}
