import { Link } from '@tanstack/react-router';
import { CircleAlert, Link2, Zap } from 'lucide-react';
import type { SpanDetail } from '@/api/queries';
import { CopyButton } from '@/components/ui/copy-button';
import { Empty } from '@/components/ui/states';
import { formatDuration, formatTimestamp, toMs } from '@/lib/format';
import { Folded } from './folded';
import { JsonView } from './json-view';

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

/** What happened inside the span, exceptions with their traceback, and where it points to. */
export function EventsTab({ span }: { span: SpanDetail }) {
  const error = span.call_detail?.error_message ?? span.status_message;
  const start = toMs(span.time) ?? 0;
  if (span.event_list.length === 0 && span.link_list.length === 0 && !error) {
    return (
      <Empty icon={<Zap />} title="Nothing happened inside this span">
        Exceptions, events and links to other spans would be here.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-3 p-4">
      {error && !span.event_list.some((event) => text(event.attributes['exception.message']) === error) ? (
        <section className="rounded-md bg-error-soft px-3 py-2 text-error" aria-label="Error">
          <h3 className="text-xs font-semibold">{span.error_type ?? 'Error'}</h3>
          <Folded text={error} lines={8} className="text-xs" />
        </section>
      ) : null}
      {span.event_list.map((event, index) => {
        const exception = event.name === 'exception' || 'exception.type' in event.attributes;
        const {
          'exception.type': type,
          'exception.message': message,
          'exception.stacktrace': trace,
          ...rest
        } = event.attributes as Record<string, unknown>;
        const offset = formatDuration((toMs(event.time) ?? start) - start);
        return (
          <section key={index} className="overflow-hidden rounded-md border border-line" aria-label={event.name}>
            <h3 className="flex min-h-8 items-center gap-2 bg-sunken px-3 text-xs">
              {exception ? (
                <CircleAlert aria-hidden className="size-3.5 shrink-0 text-error" />
              ) : (
                <Zap aria-hidden className="size-3.5 shrink-0 text-ink-3" />
              )}
              <span className="min-w-0 truncate font-semibold">
                {exception ? text(type) || event.name : event.name}
              </span>
              <span className="tabular ml-auto shrink-0 text-ink-3" title={formatTimestamp(event.time)}>
                +{offset}
              </span>
              {text(trace) ? <CopyButton label="Copy the traceback" text={text(trace)} /> : null}
            </h3>
            <div className="flex flex-col gap-2 px-3 py-2">
              {text(message) ? <Folded text={text(message)} lines={6} /> : null}
              {text(trace) ? (
                <div
                  className="mono max-h-96 overflow-auto rounded bg-sunken px-3 py-2 text-xs leading-5"
                  tabIndex={0}
                  role="region"
                  aria-label="Traceback"
                >
                  <pre className="w-max">{text(trace)}</pre>
                </div>
              ) : null}
              {Object.keys(rest).length > 0 ? (
                <div className="mono pl-4 text-xs leading-5">
                  <JsonView value={rest} />
                </div>
              ) : null}
            </div>
          </section>
        );
      })}
      {span.link_list.length > 0 ? (
        <section aria-label="Links">
          <h3 className="mb-1 text-xs font-semibold text-ink-2">Links</h3>
          <ul className="flex flex-col gap-1">
            {span.link_list.map((link) => (
              <li key={`${link.trace_id}${link.span_id}`}>
                <Link
                  to="/traces/$traceId"
                  params={{ traceId: link.trace_id }}
                  search={(old) => ({
                    project: span.project,
                    ...(old.range ? { range: old.range } : {}),
                    span: link.span_id,
                  })}
                  className="mono inline-flex items-center gap-1.5 text-xs text-accent hover:underline"
                >
                  <Link2 aria-hidden className="size-3.5" />
                  {link.trace_id} / {link.span_id}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}
