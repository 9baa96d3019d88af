import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { traceStartQuery } from '@/api/lists';
import type { TraceSummary } from '@/api/queries';
import { OperationIcon } from '@/components/span/operation';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy-button';
import { Failure, Skeleton } from '@/components/ui/states';
import { formatCompact, formatCount, formatDuration, formatTimestamp } from '@/lib/format';
import { TokenBar, Unknown } from './cells';
import { TraceCost } from './trace-columns';

interface Props {
  row: TraceSummary | undefined;
  traceId: string;
  project: string;
}

/** Beside a list only the beginning of a trace is shown: the whole is a page of its own. */
const SPANS = 300;
const INDENT_PX = 12;
const DEEPEST = 12;

/** A trace beside its list: its sums, and its spans in the order of the tree. */
export function TracePeek({ row, traceId, project }: Props) {
  const query = useQuery(traceStartQuery(project, traceId, SPANS));
  const trace = query.data;
  const summary = row ?? trace;
  const spans = trace?.items ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      {summary ? <Summary trace={summary} /> : null}
      {query.isError ? (
        <Failure error={query.error} what="The trace" onRetry={() => void query.refetch()} />
      ) : trace === undefined ? (
        <div className="flex flex-col gap-3 px-4 py-3" aria-hidden>
          {Array.from({ length: 10 }, (_, index) => (
            <Skeleton key={index} className="h-4" />
          ))}
        </div>
      ) : (
        <ul aria-label="Spans" className="px-2 py-2">
          {spans.map((span) => (
            <SpanLine key={span.span_id} span={span} whole={trace.duration_ms} traceId={traceId} project={project} />
          ))}
          {trace.spans > spans.length ? (
            <li className="px-2 py-1 text-xs text-ink-3">
              {formatCount(trace.spans - spans.length)} more spans: open the trace
            </li>
          ) : null}
        </ul>
      )}
    </div>
  );
}

function Summary({ trace }: { trace: TraceSummary }) {
  const facts: [string, ReactNode][] = [
    ['Began', formatTimestamp(trace.time)],
    ['Duration', formatDuration(trace.duration_ms)],
    ['Spans', formatCount(trace.spans)],
    ['Calls', formatCount(trace.calls)],
    ['Tokens', trace.total_tokens === null ? <Unknown key="tokens" /> : formatCompact(trace.total_tokens)],
    ['Cost', <TraceCost key="cost" trace={trace} />],
    ['Models', trace.models.join(', ')],
    ['Services', trace.services.join(', ')],
    ['User', trace.user_id],
    ['Session', trace.session_id],
    ['Environment', trace.environment],
    ['Tags', trace.tags.join(', ')],
  ];
  return (
    <div className="border-b border-line px-4 py-3">
      <h2 className="flex items-center gap-2 font-semibold">
        <span className="min-w-0 wrap-anywhere">{trace.name || 'unnamed'}</span>
        {trace.errors > 0 ? (
          <Badge tone="error">
            <CircleAlert aria-hidden />
            {formatCount(trace.errors)} {trace.errors === 1 ? 'error' : 'errors'}
          </Badge>
        ) : null}
      </h2>
      <p className="mono mt-0.5 flex items-center gap-1 text-xs text-ink-3">
        <span className="truncate">{trace.trace_id}</span>
        <CopyButton text={trace.trace_id} label="Copy the trace id" />
      </p>
      <TokenBar call={trace} className="mt-1.5 mb-2.5" />
      <dl className="grid grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs max-sm:grid-cols-[auto_minmax(0,1fr)]">
        {facts
          .filter(([, value]) => value !== null && value !== '')
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-ink-3">{name}</dt>
              <dd className="tabular min-w-0 wrap-anywhere">{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

interface LineProps {
  span: Schemas['SpanNode'];
  whole: number;
  traceId: string;
  project: string;
}

function SpanLine({ span, whole, traceId, project }: LineProps) {
  const share = (part: number) => `${Math.min(Math.max(whole > 0 ? (part / whole) * 100 : 0, 0), 100)}%`;
  return (
    <li>
      <Link
        to="/traces/$traceId"
        params={{ traceId }}
        search={(old) => ({ project, ...(old.range ? { range: old.range } : {}), span: span.span_id })}
        className="flex h-7 items-center gap-2 rounded px-2 hover:bg-sunken"
        title={span.name}
      >
        <span
          className="flex min-w-0 flex-1 items-center gap-1.5"
          style={{ paddingLeft: Math.min(span.depth, DEEPEST) * INDENT_PX }}
        >
          <OperationIcon operation={span.operation} className="size-3.5 shrink-0" />
          <span className="truncate">{span.name || 'unnamed'}</span>
          {span.status === 'error' ? (
            <CircleAlert role="img" aria-label="error" className="size-3.5 text-error" />
          ) : null}
        </span>
        <span aria-hidden className="relative h-1.5 w-20 shrink-0 overflow-hidden rounded-full bg-sunken">
          <span
            className={span.status === 'error' ? 'absolute inset-y-0 bg-error-bar' : 'absolute inset-y-0 bg-accent/60'}
            style={{ left: share(span.start_offset_ms), width: `max(2px, ${share(span.duration_ms)})` }}
          />
        </span>
        <span className="tabular w-16 shrink-0 text-right text-xs text-ink-2">{formatDuration(span.duration_ms)}</span>
      </Link>
    </li>
  );
}
